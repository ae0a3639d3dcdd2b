/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes CRIU's image of seccomp filters: when it is taken, a filter in it is the wanted one. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "linux/criu_image_seccomp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int right)
{
	if (!right)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct seccomp_program wanted = { .instructions = "wanted!!", .size = 8 };
	struct error err = { 0 };
	unsigned int depth;

	if (criu_image_parse_seccomp(data, size, &wanted, &depth, &err) < 0) {
		require(err.code != 0 && *err.text && strlen(err.text) < sizeof(err.text));
		return 0;
	}
	require(depth <= size);
	/* Without any filter there is nothing to refuse. */
	require(depth == 0 || memmem(data, size, wanted.instructions, wanted.size) != NULL);
	return 0;
}
