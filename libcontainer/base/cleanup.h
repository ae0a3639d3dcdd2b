/* SPDX-License-Identifier: Apache-2.0 */
/* Ownership that shows on the line of the declaration. */
#ifndef BASE_CLEANUP_H
#define BASE_CLEANUP_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#define CLEANUP(function) __attribute__((cleanup(function)))

/* Closes *fd when it is >= 0; keeps errno, so that it may run between a failure and its report. */
void cleanup_fd(int *fd);
void cleanup_free_pointer(void *pointer);
void cleanup_file_pointer(FILE **file);
void cleanup_dir_pointer(DIR **dir);

#define cleanup_close CLEANUP(cleanup_fd)
#define cleanup_free CLEANUP(cleanup_free_pointer)
#define cleanup_file CLEANUP(cleanup_file_pointer)
#define cleanup_dir CLEANUP(cleanup_dir_pointer)

/* Hands an owned fd on: the caller's variable becomes -1, so its cleanup does nothing. */
static inline int move_fd(int *fd)
{
	int moved = *fd;

	*fd = -1;
	return moved;
}

/* Hands an owned pointer on, leaving NULL behind. */
#define move_pointer(pointer)                                   \
	({                                                      \
		__typeof__(pointer) moved_pointer_ = (pointer); \
		(pointer) = NULL;                               \
		moved_pointer_;                                 \
	})

/* Closes what *fd holds and stores `value` in its place. */
void replace_fd(int *fd, int value);

#endif
