/* SPDX-License-Identifier: Apache-2.0 */
/* From the global options to a runtime: where its containers are, and with which rights. */
#include "global.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "linux/userns.h"

#define VALUE(name) offsetof(struct global_values, name)

/* clang-format off */
const struct option_spec global_options[] = {
	{ "root", 0, OPTION_STRING, VALUE(root), "DIR",
	  "where the containers' states are (default: /run/elsewhen for root, "
	  "$XDG_RUNTIME_DIR/elsewhen for others)" },
	{ "log", 0, OPTION_STRING, VALUE(log), "FILE",
	  "append errors and warnings to FILE; errors go to standard error, too" },
	{ "log-format", 0, OPTION_CHOICE, VALUE(log_format), "text|json",
	  "how FILE is written (default: text)" },
	{ "debug", 0, OPTION_FLAG, VALUE(debug), NULL,
	  "log what is done, to FILE or else to standard error" },
	{ "rootless", 0, OPTION_CHOICE, VALUE(rootless), "auto|true|false",
	  "whether to do without the rights of root in the initial user namespace (default: auto, "
	  "that is found out)" },
	{ "cgroup-manager", 0, OPTION_CHOICE, VALUE(cgroup_manager), "cgroupfs|disabled|systemd",
	  "who makes the cgroups (default: cgroupfs; disabled makes none; systemd asks systemd for a "
	  "scope)" },
	{ "systemd-cgroup", 0, OPTION_FLAG, VALUE(systemd_cgroup), NULL,
	  "the same as --cgroup-manager=systemd; linux.cgroupsPath is then slice:prefix:name" },
	{ "config", 0, OPTION_STRING, VALUE(config), "FILE",
	  "the operator's settings (default: " SYSCONFDIR "/elsewhen.json, if there is one)" },
	{ "honoured-annotations", 0, OPTION_STRING, VALUE(honoured_annotations), "PREFIX,...",
	  "refuse containers with annotations about their clock that begin with none of these" },
	{ "version", 'v', OPTION_FLAG, VALUE(version), NULL,
	  "print the version" },
	{ 0 },
};
/* clang-format on */

/* 1, 0, or -1. */
static int global_is_unprivileged(struct error *err)
{
	return geteuid() != 0 ? 1 : userns_is_nested(err);
}

/* A path that stays right when somebody changes the working directory. */
static int global_make_absolute(const char *path, struct text *absolute, struct error *err)
{
	cleanup_free char *cwd = NULL;

	if (path[0] == '/') {
		text_add(absolute, path);
		return 0;
	}
	cwd = getcwd(NULL, 0);
	if (!cwd)
		return error_errno(err, errno, "--root %s: find the working directory", path);
	if (cwd[0] != '/')
		return error_set(err, ENOENT,
			"--root %s: the working directory is outside of the root directory", path);
	text_printf(absolute, "%s/%s", cwd, path);
	return 0;
}

/*
 * The default depends on who calls, and never on --rootless: the same caller finds the same
 * containers again. Root in a user namespace (podman's) has its XDG_RUNTIME_DIR, or is at home.
 */
static void global_default_root(bool unprivileged, struct text *root)
{
	const char *runtime_dir = getenv("XDG_RUNTIME_DIR");

	if (unprivileged && runtime_dir && runtime_dir[0] == '/')
		text_printf(root, "%s/elsewhen", runtime_dir);
	else if (geteuid() != 0)
		text_printf(root, "/run/user/%u/elsewhen", (unsigned int)geteuid());
	else
		text_add(root, "/run/elsewhen");
}

int global_make_runtime(
	const struct global_values *values, struct container_runtime *runtime, struct error *err)
{
	int unprivileged = global_is_unprivileged(err);
	struct text root = { 0 };

	if (unprivileged < 0)
		return -1;
	if (!values->root)
		global_default_root(unprivileged, &root);
	else if (global_make_absolute(values->root, &root, err) < 0)
		return -1;
	*runtime = (struct container_runtime){
		.root = root.data,
		.config = values->config ? values->config : SYSCONFDIR "/elsewhen.json",
		.config_given = values->config != NULL,
		.honoured_annotations = values->honoured_annotations,
		.rootless = values->rootless == GLOBAL_ROOTLESS_AUTO
				    ? unprivileged
				    : values->rootless == GLOBAL_ROOTLESS_TRUE,
		.cgroups = values->systemd_cgroup ? CONTAINER_CGROUPS_BY_SYSTEMD
						  : (enum container_cgroups)values->cgroup_manager,
	};
	return 0;
}
