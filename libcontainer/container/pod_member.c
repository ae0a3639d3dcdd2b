/* SPDX-License-Identifier: Apache-2.0 */
#include "container/pod_member.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "container/clock_request.h"
#include "container/operator.h"
#include "linux/namespace.h"
#include "linux/process.h"

#define WHERE "annotations." CLOCK_ANNOTATION ": pod: "

static const enum oci_namespace_type pod_member_types[] = {
	OCI_NAMESPACE_NETWORK,
	OCI_NAMESPACE_IPC,
	OCI_NAMESPACE_PID,
};

/* 1, 0 (also for a process that is gone, or that we may not look at), or -1. */
static int pod_member_is(const struct stat *namespace, const char *path, struct error *err)
{
	struct stat other;

	if (stat(path, &other) == 0)
		return other.st_ino == namespace->st_ino && other.st_dev == namespace->st_dev;
	if (errno == ENOENT || errno == ESRCH || errno == EACCES || errno == EPERM)
		return 0;
	return error_errno(err, errno, WHERE "look at '%s'", path);
}

/* What the sandbox's first process is in; its pidfd shows afterwards that it still was that process. */
static int pod_member_is_of_process(const struct oci_state_file *sandbox, const char *file,
	const struct stat *namespace, struct error *err)
{
	cleanup_close int pidfd = process_open(sandbox->pid, sandbox->start_time);
	char path[64];
	int same;

	if (pidfd == -ESRCH)
		return 0;
	if (pidfd < 0)
		return error_errno(
			err, -pidfd, WHERE "open the process of sandbox '%s'", sandbox->id);
	snprintf(path, sizeof(path), "/proc/%d/ns/%s", (int)sandbox->pid, file);
	same = pod_member_is(namespace, path, err);
	return same == 1 && process_wait_gone(pidfd, 0) != -ETIMEDOUT ? 0 : same;
}

/* What was written down when it was made, for one that has ended, or that we may not look at. */
static bool pod_member_is_recorded(const struct oci_state_file *sandbox,
	enum oci_namespace_type type, const char *file, const struct stat *namespace)
{
	const struct oci_map *map = &sandbox->namespaces;
	char link[64];

	snprintf(link, sizeof(link), "%s:[%lu]", file, (unsigned long)namespace->st_ino);
	for (size_t i = 0; i < map->length; i++)
		if (text_equal(map->items[i].key, oci_namespace_names[type]))
			return text_equal(map->items[i].value, link);
	return false;
}

static int pod_member_shares(const struct oci_state_file *sandbox, enum oci_namespace_type type,
	int fd, struct error *err)
{
	const char *file = namespace_file_name(plan_clone_flags[type]);
	struct stat namespace;
	char own[64];
	int result;

	if (fstat(fd, &namespace) < 0)
		return error_errno(err, errno, WHERE "look at the %s namespace of linux.namespaces",
			oci_namespace_names[type]);
	snprintf(own, sizeof(own), "/proc/self/ns/%s", file);
	result = pod_member_is(&namespace, own, err);
	if (result != 0)
		return result < 0 ? -1 : 0;
	result = sandbox->pid > 0 ? pod_member_is_of_process(sandbox, file, &namespace, err) : 0;
	if (result != 0)
		return result;
	return pod_member_is_recorded(sandbox, type, file, &namespace);
}

int pod_member_check(const struct container_runtime *runtime, const struct oci_state_file *sandbox,
	const struct plan *plan, struct error *err)
{
	int allowed;

	for (size_t i = 0; i < ARRAY_LENGTH(pod_member_types); i++) {
		enum oci_namespace_type type = pod_member_types[i];
		int fd = plan->namespaces[type].fd;
		int shares = fd < 0 ? 0 : pod_member_shares(sandbox, type, fd, err);

		if (shares != 0)
			return shares < 0 ? -1 : 0;
	}
	allowed = operator_allows_pod_clock(runtime, sandbox->id, err);
	if (allowed != 0)
		return allowed < 0 ? -1 : 0;
	return error_set(err, EPERM,
		WHERE
		"linux.namespaces has no network, IPC or PID namespace by path that is one of "
		"sandbox '%s', and podClocks in %s does not name it",
		sandbox->id, runtime->config);
}
