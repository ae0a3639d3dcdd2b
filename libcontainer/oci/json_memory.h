/* SPDX-License-Identifier: Apache-2.0 */
/* Memory for yajl, which does not look at what malloc gave it: these never give NULL. */
#ifndef OCI_JSON_MEMORY_H
#define OCI_JSON_MEMORY_H

#include <stddef.h>

void *json_memory_get(void *unused, size_t size);
void *json_memory_resize(void *unused, void *memory, size_t size);
void json_memory_put(void *unused, void *memory);

/* What yajl_alloc() and yajl_gen_alloc() are given. */
#define JSON_MEMORY                                                        \
	{                                                                  \
		json_memory_get, json_memory_resize, json_memory_put, NULL \
	}

#endif
