/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/json_memory.h"

#include <stdlib.h>

#include "base/fatal.h"

void *json_memory_get(void *unused, size_t size)
{
	return json_memory_resize(unused, NULL, size);
}

void *json_memory_resize(void *unused, void *memory, size_t size)
{
	void *resized = realloc(memory, size ? size : 1);

	(void)unused;
	if (!resized)
		fatal_out_of_memory();
	return resized;
}

void json_memory_put(void *unused, void *memory)
{
	(void)unused;
	free(memory);
}
