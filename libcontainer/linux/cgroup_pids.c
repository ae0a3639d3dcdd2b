/* SPDX-License-Identifier: Apache-2.0 */
/* Reads cgroup.procs of a directory and of all below it. */
#include "linux/cgroup_pids.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fatal.h"
#include "base/io.h"
#include "linux/cgroup_driver.h"
#include "linux/cgroup_walk.h"

#define PROCS_LIMIT (64u << 20)

static void add(struct cgroup_pid_list *list, pid_t pid)
{
	if (list->length == list->size) {
		size_t size = list->size ? list->size * 2 : 64;
		pid_t *grown = realloc(list->items, size * sizeof(*grown));

		if (!grown)
			fatal_out_of_memory();
		list->items = grown;
		list->size = size;
	}
	list->items[list->length++] = pid;
}

static int add_directory(int directory, void *context)
{
	cleanup_free char *procs = NULL;
	ssize_t got = io_read_file(directory, "cgroup.procs", &procs, PROCS_LIMIT);
	char *next = NULL;

	/* A threaded cgroup lists no processes: they are in the domain above it. */
	if (got == -EOPNOTSUPP)
		return 0;
	if (got < 0)
		return (int)got;
	for (char *line = strtok_r(procs, "\n", &next); line; line = strtok_r(NULL, "\n", &next)) {
		long pid = strtol(line, NULL, 10);

		/* 0: a process of another PID namespace, which cannot be named from here. */
		if (pid > 0)
			add(context, (pid_t)pid);
	}
	return 0;
}

static int compare(const void *a, const void *b)
{
	pid_t left = *(const pid_t *)a, right = *(const pid_t *)b;

	return (left > right) - (left < right);
}

int cgroup_pids_read(int directory, struct cgroup_pid_list *list)
{
	struct cgroup_visitor visitor = { .enter = add_directory, .context = list };
	int result = cgroup_walk(directory, &visitor);
	size_t unique = 0;

	if (list->length == 0)
		return result;
	qsort(list->items, list->length, sizeof(list->items[0]), compare);
	for (size_t i = 1; i < list->length; i++)
		if (list->items[i] != list->items[unique])
			list->items[++unique] = list->items[i];
	list->length = unique + 1;
	return result;
}

bool cgroup_pids_has(const struct cgroup_pid_list *list, pid_t pid)
{
	return list->length > 0 &&
	       bsearch(&pid, list->items, list->length, sizeof(pid), compare) != NULL;
}

void cgroup_pids_free(struct cgroup_pid_list *list)
{
	free(list->items);
	*list = (struct cgroup_pid_list){ 0 };
}

static int find_process(int directory, void *context)
{
	char first[32];
	ssize_t got = io_read_small(directory, "cgroup.procs", first, sizeof(first));

	if (got > 0 || got == -EOPNOTSUPP)
		*(bool *)context = true;
	return got == -EOPNOTSUPP || got > 0 ? 0 : (int)got;
}

int cgroup_check_empty(int directory, const char *path, struct error *err)
{
	bool found = false;
	struct cgroup_visitor visitor = { .enter = find_process, .context = &found };
	int result = cgroup_walk(directory, &visitor);

	if (result < 0)
		return error_errno(err, -result, "cannot look into the cgroup %s", path);
	if (found)
		return error_set(err, EBUSY,
			"linux.cgroupsPath: the cgroup %s exists and has processes in it", path);
	return 0;
}

int cgroup_pids(const struct cgroup_plan *plan, pid_t **pids, size_t *count, struct error *err)
{
	cleanup_cgroup_members struct cgroup_members members = { 0 };
	struct cgroup_pid_list list = { 0 };
	const struct cgroup_member *member;
	int result;

	*pids = NULL;
	*count = 0;
	if (cgroup_members_open(plan, &members, err) < 0)
		return -1;
	member = cgroup_members_v2(&members);
	if (!member && members.length > 0)
		member = &members.items[0];
	if (!member)
		return 0;
	result = cgroup_pids_read(member->fd, &list);
	if (result < 0) {
		cgroup_pids_free(&list);
		return error_errno(err, -result, "cannot read the processes of %s", member->path);
	}
	*pids = list.items;
	*count = list.length;
	return 0;
}
