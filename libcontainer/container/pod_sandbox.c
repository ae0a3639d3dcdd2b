/* SPDX-License-Identifier: Apache-2.0 */
#include "container/pod_sandbox.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/text.h"
#include "container/directory.h"
#include "container/pod_member.h"

/* PID of "/proc/PID/ns/...", or 0. */
static pid_t sandbox_owner_of(const struct oci_namespace *namespace)
{
	static const char proc[] = "/proc/";
	const char *path = namespace->path;
	char *end;
	long pid;

	if (!path || !text_starts_with(path, proc))
		return 0;
	pid = strtol(path + strlen(proc), &end, 10);
	return pid > 0 && text_starts_with(end, "/ns/") ? (pid_t)pid : 0;
}

static const struct container_info *sandbox_of_pid(
	const struct container_info *infos, size_t count, pid_t pid)
{
	for (size_t i = 0; pid > 0 && i < count; i++)
		if (infos[i].pid == pid)
			return &infos[i];
	return NULL;
}

int restore_find_sandbox(void *context, struct error *err)
{
	struct creation *creation = context;
	struct oci_config *config = creation->config;
	const struct container_info *sandbox = NULL;
	struct container_info *infos;
	size_t count;

	if (creation->clock.kind != CLOCK_KIND_POD)
		return 0;
	if (container_list(creation->runtime, &infos, &count, err) < 0)
		return -1;
	for (size_t i = 0; i < config->linux_.namespaces_length && !sandbox; i++)
		sandbox = sandbox_of_pid(
			infos, count, sandbox_owner_of(&config->linux_.namespaces[i]));
	if (sandbox && !text_equal(sandbox->id, creation->clock.sandbox)) {
		log_information("%s: in the pod of '%s', and no longer in that of '%s'",
			creation->id, sandbox->id, creation->clock.sandbox);
		creation->clock.sandbox = arena_printf(&config->arena, "%s", sandbox->id);
	}
	for (size_t i = 0; i < count; i++)
		container_info_free(&infos[i]);
	free(infos);
	return 0;
}

/* By what the engines write; a container that names no sandbox may be one, but it is at work itself. */
static bool sandbox_is_engines(const struct oci_config *config)
{
	return text_equal(oci_config_annotation(config, "io.kubernetes.cri.container-type"),
		       "sandbox") ||
	       text_equal(oci_config_annotation(config, "io.kubernetes.cri-o.ContainerType"),
		       "sandbox");
}

int create_leave_clock(void *context, struct error *err)
{
	struct creation *creation = context;
	struct clock_request *clock = &creation->clock;

	(void)err;
	if (clock->kind == CLOCK_KIND_POD && text_equal(clock->sandbox, creation->id) &&
		!clock->monotonic.where && !clock->boottime.where &&
		sandbox_is_engines(creation->config))
		clock->kind = CLOCK_KIND_HOST;
	return 0;
}

int create_find_sandbox(void *context, struct error *err)
{
	struct creation *creation = context;
	const char *sandbox = creation->clock.sandbox;
	cleanup_close int directory = -1;

	if (creation->clock.kind != CLOCK_KIND_POD || text_equal(sandbox, creation->id))
		return 0;
	directory = directory_open(creation->runtime, sandbox, DIRECTORY_UNLOCKED, err);
	if (directory >= 0)
		return 0;
	if (err->code != ENOENT)
		return error_prefix(err, "annotations." CLOCK_ANNOTATION ": the pod's sandbox");
	return restore_find_sandbox(creation, err);
}

static int sandbox_check_member(const struct creation *creation, struct error *err)
{
	struct oci_state_file sandbox;
	int result;

	if (directory_load_state(creation->sandbox, &sandbox, err) < 0)
		return error_prefix(err, "annotations." CLOCK_ANNOTATION ": the pod's sandbox");
	result = pod_member_check(creation->runtime, &sandbox, &creation->enter.plan, err);
	oci_state_file_free(&sandbox);
	return result;
}

int create_lock_sandbox(void *context, struct error *err)
{
	struct creation *creation = context;
	const struct clock_request *clock = &creation->clock;

	if (clock->kind != CLOCK_KIND_POD || text_equal(clock->sandbox, creation->id))
		return 0;
	creation->sandbox =
		directory_open(creation->runtime, clock->sandbox, DIRECTORY_LOCKED_SOON, err);
	if (creation->sandbox < 0 && err->code == ENOENT)
		return error_set(err, ENOENT,
			"annotations." CLOCK_ANNOTATION
			": pod: its sandbox '%s' does not exist (any more)",
			clock->sandbox);
	if (creation->sandbox < 0)
		return error_prefix(err, "annotations." CLOCK_ANNOTATION ": the pod's sandbox");
	return sandbox_check_member(creation, err);
}

void create_unlock_sandbox(void *context)
{
	struct creation *creation = context;

	cleanup_fd(&creation->sandbox);
}
