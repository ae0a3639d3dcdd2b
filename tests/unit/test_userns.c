/* SPDX-License-Identifier: Apache-2.0 */
/* Mappings of user namespaces, written by root, by an ordinary user, and by newuidmap. */
#include "in_child.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/text.h"
#include "linux/userns.h"

/* A process in a user namespace of its own that waits to be killed; -1 where there are none. */
static pid_t start_process(void)
{
	int ready[2];
	char byte;
	pid_t pid;

	CHECK(pipe(ready) == 0);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		if (unshare(CLONE_NEWUSER) < 0)
			_exit(1);
		CHECK(write(ready[1], "x", 1) == 1);
		for (;;)
			pause();
	}
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1) {
		waitpid(pid, NULL, 0);
		pid = -1;
	}
	close(ready[0]);
	return pid;
}

static void stop_process(pid_t pid)
{
	kill(pid, SIGKILL);
	CHECK(waitpid(pid, NULL, 0) == pid);
}

static void check_file(pid_t pid, const char *name, const char *expected)
{
	char path[64], content[512], *word, *rest;
	cleanup_text struct text words = { 0 };

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	CHECK(io_read_small(AT_FDCWD, path, content, sizeof(content)) >= 0);
	/* The kernel aligns the columns. */
	for (word = strtok_r(content, " \n", &rest); word; word = strtok_r(NULL, " \n", &rest))
		text_printf(&words, "%s ", word);
	if (text_equal(words.data, expected))
		return;
	dprintf(STDERR_FILENO, "%s: '%s', not '%s'\n", path, words.data, expected);
	_exit(1);
}

static void check_root_maps(const void *argument)
{
	const struct userns_mapping uids[] = { { 0, 200000, 1000 }, { 1000, 0, 1 } };
	const struct userns_mapping gids[] = { { 0, 300000, 65536 } };
	const struct userns_mapping overlap[] = { { 0, 1, 2 }, { 1, 5, 1 } };
	const struct userns_maps maps = { uids, gids, 2, 1 }, bad = { overlap, gids, 2, 1 };
	struct error err;
	pid_t pid;

	(void)argument;
	if (geteuid() != 0 || userns_is_nested(&err) != 0)
		SKIP_IN_CHILD("mapping ids of others needs root");
	pid = start_process();
	if (pid < 0)
		SKIP_IN_CHILD("no user namespace can be made here");
	CHECK(userns_write_maps(pid, &bad, &err) == -1);
	CHECK_TEXT(err, "linux.uidMappings of process");
	CHECK_TEXT(err, "write uid_map (ranges that overlap");
	CHECK(userns_write_maps(pid, &maps, &err) == 0);
	check_file(pid, "uid_map", "0 200000 1000 1000 0 1 ");
	check_file(pid, "gid_map", "0 300000 65536 ");
	check_file(pid, "setgroups", "allow ");
	/* A map is written once. */
	CHECK(userns_write_maps(pid, &maps, &err) == -1 && err.code == EPERM);
	stop_process(pid);
}

static void root_writes_any_map(void **state)
{
	(void)state;
	in_child(check_root_maps, NULL);
}

static void check_own_maps(const void *argument)
{
	struct userns_mapping uid = { 0, 0, 1 }, gid = { 5, 0, 1 };
	const struct userns_maps maps = { &uid, &gid, 1, 1 };
	char expected[32];
	struct error err;
	pid_t pid;

	(void)argument;
	in_child_drop_root();
	uid.outside = geteuid();
	gid.outside = getegid();
	pid = start_process();
	if (pid < 0)
		SKIP_IN_CHILD("users cannot make user namespaces here");
	CHECK(userns_write_maps(pid, &maps, &err) == 0);
	snprintf(expected, sizeof(expected), "0 %u 1 ", geteuid());
	check_file(pid, "uid_map", expected);
	snprintf(expected, sizeof(expected), "5 %u 1 ", getegid());
	check_file(pid, "gid_map", expected);
	check_file(pid, "setgroups", "deny ");
	stop_process(pid);
}

static void user_maps_the_own_id(void **state)
{
	(void)state;
	in_child(check_own_maps, NULL);
}

static void check_helper(const void *argument)
{
	/* Ids that /etc/subuid gives to nobody. */
	const struct userns_mapping mapping = { 0, 4000000000, 2 };
	const struct userns_maps maps = { &mapping, &mapping, 1, 1 };
	struct error err;
	pid_t pid;

	(void)argument;
	in_child_drop_root();
	pid = start_process();
	if (pid < 0)
		SKIP_IN_CHILD("users cannot make user namespaces here");
	CHECK(userns_write_maps(pid, &maps, &err) == -1);
	CHECK_TEXT(err, "linux.uidMappings of process");
	if (strstr(err.text, "is not installed"))
		CHECK_TEXT(err, "newuidmap is not installed (package uidmap)");
	else
		CHECK_TEXT(err, "newuidmap failed with status 1: newuidmap: ");
	CHECK(!strchr(err.text, '\n'));
	stop_process(pid);
}

static void refusal_of_newuidmap_is_in_the_error(void **state)
{
	(void)state;
	in_child(check_helper, NULL);
}

/* In a mount namespace of the test's own, where IN_CHILD_UID has subordinate ids. */
static void give_subordinate_ids(void)
{
	const char *const files[] = { "/etc/subuid", "/etc/subgid" };
	char path[] = "/tmp/elsewhen-test_userns-XXXXXX";
	cleanup_close int fd = mkstemp(path);

	CHECK(fd >= 0 && fchmod(fd, 0644) == 0);
	CHECK(dprintf(fd, "%d:500000:1000\n", IN_CHILD_UID) > 0);
	CHECK(unshare(CLONE_NEWNS) == 0);
	CHECK(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
	for (size_t i = 0; i < ARRAY_LENGTH(files); i++)
		if (mount(path, files[i], NULL, MS_BIND, NULL) < 0) {
			unlink(path);
			SKIP_IN_CHILD("there is no /etc/subuid or /etc/subgid to put one over");
		}
	CHECK(unlink(path) == 0);
}

static void check_subordinate_maps(const void *argument)
{
	const struct userns_mapping ids[] = { { 0, IN_CHILD_UID, 1 }, { 1, 500000, 1000 } };
	const struct userns_maps maps = { ids, ids, 2, 2 };
	struct error err;
	pid_t pid;

	(void)argument;
	if (geteuid() != 0 || userns_is_nested(&err) != 0)
		SKIP_IN_CHILD("giving subordinate ids needs root");
	if (access("/usr/bin/newuidmap", X_OK) < 0)
		SKIP_IN_CHILD("newuidmap is not installed");
	give_subordinate_ids();
	in_child_drop_root();
	pid = start_process();
	if (pid < 0)
		SKIP_IN_CHILD("users cannot make user namespaces here");
	err.text[0] = '\0';
	if (userns_write_maps(pid, &maps, &err) < 0)
		CHECK_TEXT(err, "no error");
	check_file(pid, "uid_map", "0 65534 1 1 500000 1000 ");
	check_file(pid, "gid_map", "0 65534 1 1 500000 1000 ");
	stop_process(pid);
}

static void newuidmap_writes_what_a_user_may_not(void **state)
{
	(void)state;
	in_child(check_subordinate_maps, NULL);
}

static void check_missing_process(const void *argument)
{
	const struct userns_mapping mapping = { 0, 0, 1 };
	const struct userns_maps maps = { &mapping, &mapping, 1, 1 };
	struct error err;

	(void)argument;
	CHECK(userns_write_maps(0x7ffffff0, &maps, &err) == -1);
	CHECK(err.code == ENOENT);
	CHECK_TEXT(err, "open /proc/2147483632");
}

static void missing_process_is_an_error(void **state)
{
	(void)state;
	in_child(check_missing_process, NULL);
}

static void check_open(const void *argument)
{
	struct userns_mapping uid = { 7, 0, 1 }, gid = { 8, 0, 1 };
	const struct userns_maps maps = { &uid, &gid, 1, 1 };
	char expected[32];
	struct error err;
	struct stat ours, theirs;
	int fd;

	(void)argument;
	if (geteuid() != 0)
		CHECK(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0);
	uid.outside = geteuid();
	gid.outside = getegid();
	fd = userns_open(&maps, &err);
	if (fd < 0 && (err.code == EPERM || err.code == ENOSPC || err.code == ENOSYS))
		SKIP_IN_CHILD(err.text);
	CHECK(fd >= 0);
	CHECK(fcntl(fd, F_GETFD) == FD_CLOEXEC);
	CHECK(stat("/proc/self/ns/user", &ours) == 0 && fstat(fd, &theirs) == 0);
	CHECK(ours.st_ino != theirs.st_ino);
	/* Its process is gone and reaped. */
	CHECK(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD);
	snprintf(expected, sizeof(expected), "7 %u 1 ", geteuid());
	CHECK(setns(fd, CLONE_NEWUSER) == 0);
	check_file(getpid(), "uid_map", expected);
	CHECK(userns_is_nested(&err) == 1);
	close(fd);
}

static void namespace_for_its_mappings_is_opened(void **state)
{
	(void)state;
	in_child(check_open, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(root_writes_any_map),
		cmocka_unit_test(user_maps_the_own_id),
		cmocka_unit_test(refusal_of_newuidmap_is_in_the_error),
		cmocka_unit_test(newuidmap_writes_what_a_user_may_not),
		cmocka_unit_test(missing_process_is_an_error),
		cmocka_unit_test(namespace_for_its_mappings_is_opened),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
