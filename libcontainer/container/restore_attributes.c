/* SPDX-License-Identifier: Apache-2.0 */
/* What a restored process takes along through execve, and where it is counted. */
#include "container/restore_check.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "container/become.h"
#include "linux/attributes.h"
#include "linux/lsm.h"
#include "linux/procfs.h"

#define ATTRIBUTES_STATUS_SIZE ((size_t)1024 * 1024) /* 65536 groups fit */
#define ATTRIBUTES_LABEL_SIZE 4096
#define ATTRIBUTES_LIMITS_COLUMN 26

static bool attributes_has_gid(const struct restored *of, id_t gid)
{
	const struct oci_user *user = &of->creation->config->process.user;

	for (size_t i = 0; i < user->additional_gids_length; i++)
		if (restored_outside_gid(of, user->additional_gids[i]) == gid)
			return true;
	return gid == of->gid;
}

/* As many of the additional ones as config.json has: to have fewer can open what is closed to a group. */
static size_t attributes_count_missing(const struct restored *of, const char *groups)
{
	const struct oci_user *user = &of->creation->config->process.user;
	size_t missing = 0;

	for (size_t i = 0; i < user->additional_gids_length; i++) {
		id_t wanted = restored_outside_gid(of, user->additional_gids[i]);
		bool found = false;
		char *end;

		for (const char *at = groups;; at = end) {
			unsigned long gid = strtoul(at, &end, 10);

			if (end == at)
				break;
			found = found || gid == wanted;
		}
		missing += !found;
	}
	return missing;
}

static int attributes_compare_groups(
	const struct restored *of, const char *groups, struct error *err)
{
	char *end;

	for (const char *at = groups;; at = end) {
		unsigned long gid = strtoul(at, &end, 10);

		if (end == at)
			break;
		if (!attributes_has_gid(of, (id_t)gid))
			return error_set(err, EPERM,
				"process.user.additionalGids: process %d of the checkpoint is in "
				"the "
				"group %lu, which config.json does not give",
				(int)of->pid, gid);
	}
	if (attributes_count_missing(of, groups) == 0)
		return 0;
	return error_set(err, EPERM,
		"process.user.additionalGids: process %d of the checkpoint is not in all of the "
		"groups of config.json",
		(int)of->pid);
}

static int attributes_check_groups(const struct restored *of, struct error *err)
{
	cleanup_free char *status = NULL;
	ssize_t length;
	char *groups;

	if (restored_may(of, CAP_SETGID) || become_is_to_keep_groups(of->creation->config))
		return 0;
	length = io_read_file(of->directory, "status", &status, ATTRIBUTES_STATUS_SIZE);
	groups = length < 0 ? NULL : strstr(status, "\nGroups:");
	if (!groups)
		return error_errno(err, length < 0 ? (int)-length : EBADMSG,
			"read the groups of process %d", (int)of->pid);
	groups += strlen("\nGroups:");
	groups[strcspn(groups, "\n")] = '\0';
	return attributes_compare_groups(of, groups, err);
}

/*
 * The hard limit of a resource in /proc/PID/limits: a heading, then a line for each in the order of their numbers, in
 * columns. prlimit(2) would need CAP_SYS_RESOURCE.
 */
static int attributes_find_limit(const char *limits, int resource, uint64_t *hard)
{
	const char *line = limits;
	char soft[32], text[32];

	for (int i = 0; i <= resource && line; i++) {
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	if (!line || strcspn(line, "\n") <= ATTRIBUTES_LIMITS_COLUMN ||
		sscanf(line + ATTRIBUTES_LIMITS_COLUMN, "%31s %31s", soft, text) != 2)
		return -EBADMSG;
	if (text_equal(text, "unlimited")) {
		*hard = UINT64_MAX;
		return 0;
	}
	return number_parse_u64(text, hard);
}

/* A hard limit that is lower is the process's own doing. */
static int attributes_check_limits(const struct restored *of, struct error *err)
{
	const struct oci_process *process = &of->creation->config->process;
	char limits[ATTRIBUTES_LABEL_SIZE];
	ssize_t length;

	if (process->rlimits_length == 0 || restored_may_on_host(of, CAP_SYS_RESOURCE))
		return 0;
	length = io_read_small(of->directory, "limits", limits, sizeof(limits));
	for (size_t i = 0; i < process->rlimits_length; i++) {
		const struct oci_rlimit *wanted = &process->rlimits[i];
		int resource = attributes_rlimit_from_name(wanted->type);
		uint64_t hard = 0;
		int result =
			length < 0 ? (int)length : attributes_find_limit(limits, resource, &hard);

		if (result < 0)
			return error_errno(
				err, -result, "read the limits of process %d", (int)of->pid);
		if (hard > wanted->hard)
			return error_set(err, EPERM,
				"process.rlimits: process %d of the checkpoint has a higher %s "
				"than "
				"config.json gives",
				(int)of->pid, wanted->type);
	}
	return 0;
}

static int attributes_check_oom(const struct restored *of, struct error *err)
{
	const struct oci_i64 *wanted = &of->creation->config->process.oom_score_adj;
	char text[32];
	ssize_t length;
	long has;

	if (!wanted->set || restored_may_on_host(of, CAP_SYS_RESOURCE))
		return 0;
	length = io_read_small(of->directory, "oom_score_adj", text, sizeof(text));
	if (length < 0)
		return error_errno(
			err, (int)-length, "read the OOM score of process %d", (int)of->pid);
	has = strtol(text, NULL, 10);
	if (has >= wanted->value)
		return 0;
	return error_set(err, EPERM,
		"process.oomScoreAdj: process %d of the checkpoint has %ld, which is below that of "
		"config.json",
		(int)of->pid, has);
}

/*
 * Which label a program may change into is the policy's to say. None that was asked for may be without, and for init,
 * which alone config.json names, --lsm-profile may have said something else.
 */
static int attributes_check_label(const struct restored *of, const char *property, const char *file,
	const char *wanted, struct error *err)
{
	char label[ATTRIBUTES_LABEL_SIZE];
	ssize_t length;

	if (!wanted || !*wanted || text_equal(wanted, "unconfined"))
		return 0;
	length = io_read_small(of->directory, file, label, sizeof(label));
	if (length < 0)
		return error_errno(
			err, (int)-length, "%s: read that of process %d", property, (int)of->pid);
	label[strcspn(label, "\n")] = '\0';
	if (text_starts_with(label, "unconfined") || strstr(label, ":unconfined_t:"))
		return error_set(err, EPERM,
			"%s: process %d of the checkpoint is unconfined, and config.json says '%s'",
			property, (int)of->pid, wanted);
	return 0;
}

static int attributes_check_labels(const struct restored *of, struct error *err)
{
	const struct oci_process *process = &of->creation->config->process;

	if (lsm_apparmor_enabled() &&
		attributes_check_label(of, "process.apparmorProfile", "attr/apparmor/current",
			process->apparmor_profile, err) < 0)
		return -1;
	if (!lsm_selinux_enabled())
		return 0;
	return attributes_check_label(
		of, "process.selinuxLabel", "attr/current", process->selinux_label, err);
}

int restore_check_attributes(const struct restored *of, struct error *err)
{
	if (attributes_check_groups(of, err) < 0 || attributes_check_limits(of, err) < 0 ||
		attributes_check_oom(of, err) < 0)
		return -1;
	return attributes_check_labels(of, err);
}

static int attributes_compare_pids(const void *a, const void *b)
{
	pid_t left = *(const pid_t *)a, right = *(const pid_t *)b;

	return (left > right) - (left < right);
}

static int attributes_check_directory(
	char *directory, const pid_t *pids, size_t count, struct error *err)
{
	const struct cgroup_plan one = { .directories = { &directory, 1 } };
	cleanup_free pid_t *members = NULL;
	size_t length;

	if (cgroup_pids(&one, &members, &length, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		if (!(members && bsearch(&pids[i], members, length, sizeof(*members),
					 attributes_compare_pids)) &&
			!procfs_has_ended(pids[i]))
			return error_set(err, EPERM,
				"linux.cgroupsPath: process %d of the checkpoint is not in '%s'",
				(int)pids[i], directory);
	return 0;
}

int restore_check_cgroup(
	const struct creation *creation, const pid_t *pids, size_t count, struct error *err)
{
	const struct strv *directories = &creation->cgroup.directories;

	for (size_t i = 0; i < directories->length; i++)
		if (attributes_check_directory(directories->items[i], pids, count, err) < 0)
			return -1;
	return 0;
}
