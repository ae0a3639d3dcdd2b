/* SPDX-License-Identifier: Apache-2.0 */
#include "container/restore_check.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fatal.h"
#include "base/text.h"
#include "container/adapt.h"
#include "container/restore_mounts.h"
#include "linux/process.h"
#include "linux/procfs.h"

static int check_process(const struct restored *of, struct error *err)
{
	if (restore_check_rights(of, err) < 0 || restore_check_attributes(of, err) < 0)
		return -1;
	return of->creation->own_mounts ? restore_check_descriptors(of, err) : 0;
}

static int check_live(struct restored *of, struct error *err)
{
	char path[64];
	int result;

	snprintf(path, sizeof(path), "/proc/%d", (int)of->pid);
	of->directory = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (of->directory < 0)
		return error_errno(err, errno, "open '%s'", path);
	result = check_process(of, err);
	close(of->directory);
	return result;
}

/* One that has ended may nothing any more, and has no namespaces to look at. */
static int check_pid(struct restored *of, struct error *err)
{
	return check_live(of, err) == 0 || procfs_has_ended(of->pid) ? 0 : -1;
}

static uint64_t check_allowed(const struct oci_config *config)
{
	struct caps_sets sets = { 0 };

	adapt_capabilities(&config->process.capabilities, &sets);
	return sets.bounding | sets.permitted | sets.effective | sets.inheritable | sets.ambient;
}

/* (id_t)-1 where there is no such id, which nobody has. */
static id_t restored_outside(const struct userns_mapping *maps, size_t length, id_t inside)
{
	for (size_t i = 0; i < length; i++)
		if (inside >= maps[i].inside && inside - maps[i].inside < maps[i].length)
			return maps[i].outside + (inside - maps[i].inside);
	return (id_t)-1;
}

static void check_expect(struct restored *of)
{
	struct oci_config *config = of->creation->config;
	struct userns_maps *maps = &of->maps;

	of->allowed = check_allowed(config);
	of->uid = config->process.user.uid;
	of->gid = config->process.user.gid;
	of->mapped = plan_source(&of->creation->enter.plan, OCI_NAMESPACE_USER) != PLAN_INHERIT;
	if (!of->mapped)
		return;
	adapt_maps(
		&config->linux_.uid_mappings, &config->linux_.gid_mappings, &config->arena, maps);
	of->uid = restored_outside(maps->uids, maps->uids_length, of->uid);
	of->gid = restored_outside(maps->gids, maps->gids_length, of->gid);
}

/* All that descend from init, wherever they are: *pids is malloc'd, init comes with them. */
static int check_list(
	const struct creation *creation, pid_t **pids, size_t *count, struct error *err)
{
	cleanup_dir DIR *proc = opendir("/proc");
	struct dirent *entry;

	if (!proc)
		return error_errno(err, errno, "list the processes of the checkpoint");
	while ((errno = 0, entry = readdir(proc))) {
		int pid, descends;

		if (number_parse_int(entry->d_name, 1, INT_MAX, &pid) < 0)
			continue;
		descends = process_descends_from(pid, creation->enter.init);
		if (descends < 0 && descends != -ESRCH)
			return error_errno(
				err, -descends, "find out whose child process %d is", pid);
		if (descends <= 0)
			continue;
		*pids = realloc(*pids, (*count + 1) * sizeof(**pids));
		if (!*pids)
			fatal_out_of_memory();
		(*pids)[(*count)++] = pid;
	}
	if (errno != 0)
		return error_errno(err, errno, "list the processes of the checkpoint");
	return 0;
}

bool restored_may(const struct restored *of, int capability)
{
	return of->allowed >> capability & 1;
}

bool restored_may_on_host(const struct restored *of, int capability)
{
	return !of->mapped && restored_may(of, capability);
}

id_t restored_outside_gid(const struct restored *of, id_t inside)
{
	return of->mapped ? restored_outside(of->maps.gids, of->maps.gids_length, inside) : inside;
}

/* What they have in common. */
static int check_whole(struct restored *of, const struct mount_table *expected, const pid_t *pids,
	size_t count, struct error *err)
{
	int result;

	if (restore_check_cgroup(of->creation, pids, count, err) < 0)
		return -1;
	if (!of->creation->own_mounts)
		return 0;
	result = mount_table_read(0, &of->host);
	if (result < 0)
		return error_errno(err, -result, "read the mounts of the host");
	if (restore_read_mounts(of->creation->enter.init, &of->mounts, err) < 0)
		return -1;
	return restore_check_mounts(of, expected, err);
}

/*
 * Nothing of it runs; and no other process that may have one of the numbers by now is hit. All are found before the
 * first is killed, since its children would descend from somebody else then.
 */
static void check_end_all(const pid_t *pids, size_t count, pid_t init)
{
	cleanup_free int *pidfds = calloc(count + 1, sizeof(*pidfds));

	if (!pidfds)
		fatal_out_of_memory();
	for (size_t i = 0; i < count; i++) {
		pidfds[i] = (int)syscall(SYS_pidfd_open, pids[i], 0);
		if (process_descends_from(pids[i], init) != 1)
			cleanup_fd(&pidfds[i]);
	}
	for (size_t i = 0; i < count; i++) {
		(void)process_signal(pidfds[i], SIGKILL);
		cleanup_fd(&pidfds[i]);
	}
}

int restore_check(const struct creation *creation, const struct mount_table *expected,
	const struct criu_options *criu, unsigned int filters, struct error *err)
{
	struct restored of = { .creation = creation, .criu = criu, .filters = filters };
	cleanup_free pid_t *pids = NULL;
	size_t count = 0;
	int result = check_list(creation, &pids, &count, err);

	check_expect(&of);
	if (result == 0)
		result = check_whole(&of, expected, pids, count, err);
	for (size_t i = 0; i < count && result == 0; i++) {
		of.pid = pids[i];
		result = check_pid(&of, err);
	}
	if (result < 0)
		check_end_all(pids, count, creation->enter.init);
	mount_table_free(&of.mounts);
	mount_table_free(&of.host);
	return result;
}
