/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The steps of `create` that make nothing: read, check, decide. They are all that `validate` does.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "container/adapt.h"
#include "container/creation.h"
#include "container/recipe.h"
#include "oci/validate.h"

int create_read_config(void *context, struct error *err)
{
	struct creation *creation = context;
	const char *bundle = creation->options->bundle ? creation->options->bundle : ".";
	cleanup_text struct text path = { 0 };
	ssize_t length;

	if (oci_container_id_validate(creation->id, err) < 0)
		return -1;
	creation->bundle = realpath(bundle, NULL);
	if (!creation->bundle)
		return error_errno(err, errno, "--bundle: '%s'", bundle);
	text_printf(&path, "%s/config.json", creation->bundle);
	length = io_read_file(AT_FDCWD, path.data, &creation->config_json, OCI_CONFIG_SIZE_MAX);
	if (length < 0)
		return error_file(err, (int)-length, "read '%s'", path.data);
	creation->config_length = (size_t)length;
	if (oci_config_parse(
		    creation->config_json, creation->config_length, &creation->config, err) < 0)
		return -1;
	return oci_config_validate(creation->config, err);
}

static int create_check_options(struct creation *creation, struct error *err)
{
	const struct oci_process *process = &creation->config->process;
	bool background = !creation->starts_itself || creation->options->detach;

	if (!process->set)
		return error_set(err, EINVAL, "process: is required to create a container");
	if (process->terminal && background && !creation->options->console_socket)
		return error_set(err, EINVAL,
			"process.terminal: true needs --console-socket, or `run` in the "
			"foreground");
	if (!process->terminal && creation->options->console_socket)
		return error_set(err, EINVAL, "--console-socket: process.terminal is not true");
	return 0;
}

int create_decide_clock(void *context, struct error *err)
{
	struct creation *creation = context;

	return clock_request_make(creation->runtime, creation->config, creation->id,
		creation->options, &creation->clock, err);
}

int create_check_machine(void *context, struct error *err)
{
	struct creation *creation = context;

	if (create_check_options(creation, err) < 0)
		return -1;
	return preflight_check(creation->config, &creation->clock, err);
}

int create_plan_processes(void *context, struct error *err)
{
	struct creation *creation = context;
	const struct oci_config *config = creation->config;
	struct enter *enter = &creation->enter;
	int may_mount;

	if (plan_make(config, &creation->clock, &enter->plan, err) < 0)
		return -1;
	enter->keeps_groups = become_is_to_keep_groups(config);
	adapt_maps(&config->linux_.uid_mappings, &config->linux_.gid_mappings,
		&creation->config->arena, &enter->maps);
	enter->clock = clock_request_values(&creation->clock);
	if (plan_source(&enter->plan, OCI_NAMESPACE_TIME) == PLAN_NEW &&
		timens_own_offsets(-1, &enter->own) < 0)
		return error_set(err, EIO, "read the offsets of the runtime's own time namespace");
	creation->own_mounts = plan_source(&enter->plan, OCI_NAMESPACE_MOUNT) == PLAN_NEW;
	if (filter_new(&config->linux_.seccomp, &creation->filter, err) < 0)
		return -1;
	may_mount = caps_have(CAP_SYS_ADMIN, err);
	creation->opens_for_init = creation->own_mounts && may_mount > 0 &&
				   plan_source(&enter->plan, OCI_NAMESPACE_USER) != PLAN_INHERIT;
	return may_mount < 0 ? -1 : 0;
}

int create_plan_mounts(void *context, struct error *err)
{
	struct creation *creation = context;
	struct oci_config *config = creation->config;

	creation->mounts = arena_alloc(
		&config->arena, (config->mounts_length + 1) * sizeof(struct mount_request));
	for (size_t i = 0; i < config->mounts_length; i++)
		if (adapt_mount(&config->mounts[i], i, config->linux_.mount_label, creation->bundle,
			    &config->arena, &creation->mounts[i], err) < 0)
			return -1;
	return 0;
}

/* No filter is kept or installed: whether libseccomp takes the profile is the question. */
static int create_try_seccomp(void *context, struct error *err)
{
	struct creation *creation = context;

	return filter_try(&creation->config->linux_.seccomp, &creation->config->arena, err);
}

int container_validate(
	const struct container_runtime *runtime, const char *bundle, struct error *err)
{
	struct container_create_options options = { .bundle = bundle };
	static const struct recipe_step checks[] = {
		{ "read config.json", create_read_config, NULL },
		{ "decide on the clock", create_decide_clock, NULL },
		{ "check it against this machine", create_check_machine, NULL },
		{ "plan the processes", create_plan_processes, NULL },
		{ "plan the mounts", create_plan_mounts, NULL },
		{ "compile the seccomp filter", create_try_seccomp, NULL },
		{ NULL, NULL, NULL },
	};
	struct creation creation;
	int result;

	creation_reset(&creation);
	creation.runtime = runtime;
	creation.options = &options;
	creation.id = "validate";
	/* A terminal is asked for at `create`; what config.json says of it is right either way. */
	creation.starts_itself = true;
	result = recipe_run(checks, &creation, err);
	creation_close(&creation);
	return result;
}
