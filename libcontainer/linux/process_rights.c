/* SPDX-License-Identifier: Apache-2.0 */
#include "linux/process_rights.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/text.h"

#define STATUS_SIZE 8192
#define SECCOMP_FILTERED 2 /* SECCOMP_MODE_FILTER */

/* What is behind "NAME:" at the beginning of a line, or NULL. */
static const char *rights_line(const char *status, const char *name)
{
	size_t length = strlen(name);

	for (const char *line = status; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, name, length) == 0 && line[length] == ':')
			return line + length + 1;
	}
	return NULL;
}

static int rights_find(const char *status, const char *name, int base, uint64_t *value)
{
	const char *text = rights_line(status, name);
	char *end;

	if (!text)
		return -EBADMSG;
	errno = 0;
	*value = strtoull(text, &end, base);
	return errno || end == text || *end != '\n' ? -EBADMSG : 0;
}

static int rights_find_ids(const char *status, const char *name, struct process_ids *ids)
{
	id_t *const wanted[] = { &ids->real, &ids->effective, &ids->saved, &ids->filesystem };
	const char *text = rights_line(status, name);

	for (size_t i = 0; i < ARRAY_LENGTH(wanted); i++) {
		char *end;
		unsigned long id = text ? strtoul(text, &end, 10) : 0;

		if (!text || end == text || id > UINT32_MAX)
			return -EBADMSG;
		*wanted[i] = (id_t)id;
		text = end;
	}
	return 0;
}

int process_rights_parse(const char *status, struct process_rights *rights)
{
	uint64_t no_new_privileges, seccomp, filters;
	const struct {
		const char *name;
		int base;
		uint64_t *value;
	} lines[] = {
		{ "CapInh", 16, &rights->caps.inheritable },
		{ "CapPrm", 16, &rights->caps.permitted },
		{ "CapEff", 16, &rights->caps.effective },
		{ "CapBnd", 16, &rights->caps.bounding },
		{ "CapAmb", 16, &rights->caps.ambient },
		{ "NoNewPrivs", 10, &no_new_privileges },
		{ "Seccomp", 10, &seccomp },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(lines); i++)
		if (rights_find(status, lines[i].name, lines[i].base, lines[i].value) < 0)
			return -EBADMSG;
	if (rights_find_ids(status, "Uid", &rights->uids) < 0 ||
		rights_find_ids(status, "Gid", &rights->gids) < 0)
		return -EBADMSG;
	rights->no_new_privileges = no_new_privileges != 0;
	rights->filtered = seccomp == SECCOMP_FILTERED;
	rights->filters = rights_find(status, "Seccomp_filters", 10, &filters) < 0
				  ? 0
				  : (unsigned int)filters;
	return 0;
}

int process_rights_read(int directory, const char *thread, struct process_rights *rights)
{
	char path[64], status[STATUS_SIZE];
	ssize_t length;

	snprintf(path, sizeof(path), "task/%.20s/status", thread);
	length = io_read_small(directory, path, status, sizeof(status));
	return length < 0 ? (int)length : process_rights_parse(status, rights);
}
