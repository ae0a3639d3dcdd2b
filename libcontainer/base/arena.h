/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory that lives and dies together: a parsed config is thousands of small objects freed at once.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

struct arena_block;

/*
 * A zeroed struct is an empty arena. Memory is never moved, zeroed on allocation, 16-byte aligned.
 */
struct arena {
	struct arena_block *blocks;
};

/* Ends the process when there is no memory left (base/fatal.h). Never NULL. */
void *arena_alloc(struct arena *arena, size_t size);
char *arena_strndup(struct arena *arena, const char *text, size_t length);
char *arena_printf(struct arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * Grows an array of `count` elements by one zeroed element and returns its address; *items may
 * move (amortised doubling at powers of two, so that appending stays linear).
 */
void *arena_append(struct arena *arena, void *items, size_t *count, size_t element_size);

void arena_free(struct arena *arena);

#endif
