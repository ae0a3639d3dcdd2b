/* SPDX-License-Identifier: Apache-2.0 */
#include "container/exec_process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fatal.h"
#include "base/io.h"
#include "base/text.h"
#include "oci/validate.h"

static struct oci_config *exec_process_read(const char *path, struct error *err)
{
	cleanup_free char *json = NULL;
	struct oci_config *config;
	ssize_t length = io_read_file(AT_FDCWD, path, &json, OCI_CONFIG_SIZE_MAX);

	if (length < 0) {
		error_file(err, (int)-length, "--process: read '%s'", path);
		return NULL;
	}
	if (oci_process_parse(json, (size_t)length, &config, err) < 0) {
		error_prefix(err, "--process: '%s'", path);
		return NULL;
	}
	return config;
}

static void exec_process_append(
	struct oci_config *config, struct oci_strings *list, char *const *more)
{
	struct oci_strings joined = { .set = true };

	for (size_t i = 0; i < list->length; i++)
		*(char **)arena_append(&config->arena, &joined.items, &joined.length,
			sizeof(char *)) = list->items[i];
	for (; more && *more; more++)
		*(char **)arena_append(
			&config->arena, &joined.items, &joined.length, sizeof(char *)) = *more;
	/* The lists of a config end with NULL, which does not count. */
	arena_append(&config->arena, &joined.items, &joined.length, sizeof(char *));
	joined.length--;
	*list = joined;
}

static int exec_process_set_user(struct oci_user *user, const char *asked, struct error *err)
{
	cleanup_free char *uid = strdup(asked);
	char *gid = uid ? strchr(uid, ':') : NULL;
	uint64_t number;

	if (!uid)
		fatal_out_of_memory();
	if (gid)
		*gid++ = '\0';
	if (number_parse_u64(uid, &number) < 0 || number >= UINT32_MAX)
		return error_set(
			err, EINVAL, "--user: '%s' is not UID or UID:GID, in numbers", asked);
	user->uid = (uint32_t)number;
	if (!gid)
		return 0;
	if (number_parse_u64(gid, &number) < 0 || number >= UINT32_MAX)
		return error_set(
			err, EINVAL, "--user: '%s' is not UID or UID:GID, in numbers", asked);
	user->gid = (uint32_t)number;
	return 0;
}

static void exec_process_set_groups(
	struct oci_config *config, const struct container_exec_options *options)
{
	struct oci_user *user = &config->process.user;
	size_t all = user->additional_gids_length + options->additional_gids_length;
	uint32_t *gids = arena_alloc(&config->arena, (all + 1) * sizeof(*gids));

	for (size_t i = 0; i < user->additional_gids_length; i++)
		gids[i] = user->additional_gids[i];
	for (size_t i = 0; i < options->additional_gids_length; i++)
		gids[user->additional_gids_length + i] = options->additional_gids[i];
	user->additional_gids = gids;
	user->additional_gids_length = all;
}

/* Never to the inheritable set: files with inheritable capabilities would grant them
 * (CVE-2022-29162). */
static void exec_process_add_capabilities(struct oci_config *config, char *const *names)
{
	struct oci_capabilities *capabilities = &config->process.capabilities;

	exec_process_append(config, &capabilities->bounding, names);
	exec_process_append(config, &capabilities->permitted, names);
	exec_process_append(config, &capabilities->effective, names);
	capabilities->set = true;
}

static int exec_process_override(
	struct oci_config *config, const struct container_exec_options *options, struct error *err)
{
	struct oci_process *process = &config->process;

	if (options->args && options->args[0]) {
		process->args = (struct oci_strings){ 0 };
		exec_process_append(config, &process->args, options->args);
	}
	process->terminal = options->tty;
	process->console_size.set = false;
	exec_process_append(config, &process->env, options->env);
	if (options->cwd)
		process->cwd = (char *)options->cwd;
	if (options->user && exec_process_set_user(&process->user, options->user, err) < 0)
		return -1;
	if (options->additional_gids_length)
		exec_process_set_groups(config, options);
	if (options->capabilities && options->capabilities[0])
		exec_process_add_capabilities(config, options->capabilities);
	if (options->no_new_privs_set)
		process->no_new_privileges = options->no_new_privs;
	if (options->apparmor)
		process->apparmor_profile = (char *)options->apparmor;
	if (options->process_label)
		process->selinux_label = (char *)options->process_label;
	return 0;
}

static struct oci_config *exec_process_from_options(const struct oci_config *config,
	const struct container_exec_options *options, struct error *err)
{
	cleanup_oci_config struct oci_config *made = calloc(1, sizeof(*made));

	if (!made)
		fatal_out_of_memory();
	if (!options->args || !options->args[0]) {
		error_set(err, EINVAL, "exec: give a command, or --process FILE");
		return NULL;
	}
	made->process = config->process;
	if (exec_process_override(made, options, err) < 0)
		return NULL;
	return move_pointer(made);
}

struct oci_config *exec_process_make(const struct oci_config *config,
	const struct container_exec_options *options, struct error *err)
{
	cleanup_oci_config struct oci_config *made = NULL;

	if (options->process_file)
		made = exec_process_read(options->process_file, err);
	else
		made = exec_process_from_options(config, options, err);
	if (!made)
		return NULL;
	if (options->process_file && options->tty)
		made->process.terminal = true;
	if (oci_process_validate(&made->process, err) < 0)
		return NULL;
	return move_pointer(made);
}
