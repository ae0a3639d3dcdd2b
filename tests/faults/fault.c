/* SPDX-License-Identifier: Apache-2.0 */
#include "fault.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	const char *word;
	enum fault_kind kind;
	int code;
} fault_words[] = {
	{ "kill", FAULT_KILL, 0 },
	{ "parent", FAULT_PARENT, 0 },
	{ "short", FAULT_SHORT, 0 },
	{ "memory", FAULT_MEMORY, 0 },
	{ "ENOMEM", FAULT_ERRNO, ENOMEM },
	{ "EIO", FAULT_ERRNO, EIO },
	{ "ENOSPC", FAULT_ERRNO, ENOSPC },
	{ "EINTR", FAULT_ERRNO, EINTR },
	{ "EMFILE", FAULT_ERRNO, EMFILE },
	{ "EAGAIN", FAULT_ERRNO, EAGAIN },
	{ "EPERM", FAULT_ERRNO, EPERM },
	{ "EROFS", FAULT_ERRNO, EROFS },
};

bool fault_parse(const char *word, struct fault *fault)
{
	for (size_t i = 0; i < LENGTH(fault_words); i++) {
		if (strcmp(fault_words[i].word, word) != 0)
			continue;
		fault->kind = fault_words[i].kind;
		fault->code = fault_words[i].code;
		return true;
	}
	return false;
}

bool fault_can_be_short(const char *name, uint64_t length)
{
	static const char *const names[] = { "read", "write", "pread64", "pwrite64" };

	for (size_t i = 0; i < LENGTH(names); i++)
		if (strcmp(names[i], name) == 0)
			return length > 1;
	return false;
}

bool fault_asks_for_memory(const char *name, uint64_t flags)
{
	if (strcmp(name, "mmap") == 0)
		return flags & MAP_ANONYMOUS;
	return strcmp(name, "brk") == 0 || strcmp(name, "mremap") == 0;
}
