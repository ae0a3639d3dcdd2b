/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes CRIU's answers: what is taken is owned and freed once, a version is a small number. */
#include <stdlib.h>
#include <string.h>

#include "linux/criu_rpc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool right)
{
	if (!right)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct criu_response response;

	if (criu_rpc_parse_response(data, size, &response) < 0) {
		require(!response.message && !response.notification);
		return 0;
	}
	/* A string of an answer is shorter than the answer. */
	require(!response.message || strlen(response.message) < size);
	require(!response.notification || strlen(response.notification) < size);
	require(response.version >= 0);
	criu_response_free(&response);
	return 0;
}
