/* SPDX-License-Identifier: Apache-2.0 */
/* Writes the id mappings of user namespaces, and makes one that exists for its mappings alone. */
#include "linux/userns.h"
#include "linux/caps.h"
#include "linux/process.h"
#include "linux/userns_helper.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* /proc/self/ns/user of the initial user namespace: fixed since Linux 3.8 (linux/proc_ns.h). */
#define USERNS_INITIAL_INODE 0xEFFFFFFDU

/* One of the two maps of a user namespace: they differ in nothing but these. */
struct userns_map {
	const char *file;    /* below /proc/PID */
	const char *program; /* what writes it for those who may not */
	int capability;      /* what allows any mapping */
	uint32_t own_id;     /* what may be mapped without it */
	const struct userns_mapping *mappings;
	size_t length;
};

static void userns_print(const struct userns_map *map, struct text *text)
{
	for (size_t i = 0; i < map->length; i++)
		text_printf(text, "%u %u %u\n", map->mappings[i].inside, map->mappings[i].outside,
			map->mappings[i].length);
}

static bool userns_is_own_id(const struct userns_map *map)
{
	return map->length == 1 && map->mappings[0].length == 1 &&
	       map->mappings[0].outside == map->own_id;
}

static int userns_write_direct(int procdir, const struct userns_map *map, struct error *err)
{
	cleanup_text struct text text = { 0 };
	int result;

	userns_print(map, &text);
	result = io_write_control(procdir, map->file, text.data);
	if (result == -EINVAL)
		return error_errno(err, EINVAL,
			"write %s (ranges that overlap or are empty, more than 340 of them, or "
			"more than a page of text)",
			map->file);
	if (result < 0)
		return error_errno(err, -result, "write %s%s", map->file,
			result == -EPERM ? " (an id outside has no mapping in the user namespace "
					   "of the runtime, or uid 0 is mapped without CAP_SETFCAP)"
					 : "");
	return 0;
}

/* The kernel's condition for a group mapping by who has no CAP_SETGID (CVE-2014-8989). */
static int userns_deny_setgroups(int procdir, struct error *err)
{
	int result = io_write_control(procdir, "setgroups", "deny");

	return result < 0 ? error_errno(err, -result, "write setgroups") : 0;
}

static int userns_write_map(pid_t pid, int procdir, const struct userns_map *map, struct error *err)
{
	int may = map->length ? caps_have(map->capability, err) : 0;

	if (may < 0 || map->length == 0)
		return may;
	if (may)
		return userns_write_direct(procdir, map, err);
	if (!userns_is_own_id(map))
		return userns_run_helper(map->program, pid, map->mappings, map->length, err);
	if (map->capability == CAP_SETGID && userns_deny_setgroups(procdir, err) < 0)
		return -1;
	return userns_write_direct(procdir, map, err);
}

int userns_write_maps(pid_t pid, const struct userns_maps *maps, struct error *err)
{
	const struct userns_map both[] = {
		{ "uid_map", "newuidmap", CAP_SETUID, geteuid(), maps->uids, maps->uids_length },
		{ "gid_map", "newgidmap", CAP_SETGID, getegid(), maps->gids, maps->gids_length },
	};
	cleanup_close int procdir = -1;
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d", pid);
	procdir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (procdir < 0)
		return error_errno(err, errno, "open %s", path);
	for (size_t i = 0; i < ARRAY_LENGTH(both); i++)
		if (userns_write_map(pid, procdir, &both[i], err) < 0)
			return error_prefix(err, "linux.%s of process %d",
				i == 0 ? "uidMappings" : "gidMappings", pid);
	return 0;
}

/* Holds the namespace open until it is killed, by us or by our death. */
static _Noreturn void userns_hold(pid_t runtime)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	while (getppid() == runtime)
		pause();
	_exit(0);
}

int userns_open(const struct userns_maps *maps, struct error *err)
{
	cleanup_close int pidfd = -1;
	bool entered_cgroup;
	char path[32];
	int fd = -1;
	pid_t runtime = getpid(), pid;

	pid = process_clone(CLONE_NEWUSER, -1, &entered_cgroup, &pidfd);
	if (pid < 0)
		return error_errno(err, -pid, "make a user namespace for an idmapped mount");
	if (pid == 0)
		userns_hold(runtime);
	if (userns_write_maps(pid, maps, err) == 0) {
		snprintf(path, sizeof(path), "/proc/%d/ns/user", pid);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			error_errno(err, errno, "open %s", path);
	}
	kill(pid, SIGKILL);
	process_reap(pid);
	return fd;
}

int userns_is_nested(struct error *err)
{
	struct stat st;

	if (stat("/proc/self/ns/user", &st) < 0)
		return errno == ENOENT ? 0 : error_errno(err, errno, "look at /proc/self/ns/user");
	return st.st_ino != USERNS_INITIAL_INODE;
}
