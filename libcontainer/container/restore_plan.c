/* SPDX-License-Identifier: Apache-2.0 */
/* The steps of `restore` that make nothing: what is asked for, what the images have, what CRIU is to be told. */
#include "container/restoration.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "container/criu_job.h"
#include "container/operator.h"
#include "container/outside.h"
#include "linux/criu_image_seccomp.h"

#define RESTORE_LOG "restore.log"

int restore_check_options(void *context, struct error *err)
{
	struct restoration *restoration = context;
	const struct container_runtime *runtime = restoration->creation.runtime;

	if (runtime->rootless)
		return error_set(
			err, EPERM, "restore needs root in the initial user namespace: CRIU does");
	if (timens_supported() || restoration->options->allow_clock_jump)
		return 0;
	return error_set(err, ENOTSUP,
		"this kernel has no time namespaces: the container's clocks would jump to the "
		"host's; --allow-clock-jump restores it all the same");
}

int restore_find_criu(void *context, struct error *err)
{
	struct restoration *restoration = context;

	return criu_check(
		criu_job_program(restoration->options->criu), -1, &restoration->version, err);
}

/* What there is no way to give a restored process. */
int restore_check_namespaces(void *context, struct error *err)
{
	static const enum oci_namespace_type refused[] = { OCI_NAMESPACE_MOUNT, OCI_NAMESPACE_USER,
		OCI_NAMESPACE_CGROUP };
	struct restoration *restoration = context;
	const struct oci_config *config = restoration->creation.config;

	for (size_t i = 0; i < ARRAY_LENGTH(refused); i++) {
		const struct oci_namespace *asked = oci_config_namespace(config, refused[i]);

		if (asked && asked->path)
			return error_set(err, ENOTSUP,
				"linux.namespaces: a container can not be restored into the %s "
				"namespace '%s'",
				oci_namespace_names[refused[i]], asked->path);
	}
	return 0;
}

int restore_open_images(void *context, struct error *err)
{
	struct restoration *restoration = context;
	struct images *images = &restoration->images;

	if (images_open(images, restoration->options->image_path, restoration->options->work_path,
		    err) < 0 ||
		images_load_descriptors(images, &restoration->descriptors, err) < 0)
		return -1;
	restoration->criu.images_directory = images->directory;
	restoration->criu.work_directory = images->work;
	return 0;
}

int restore_read_clock(void *context, struct error *err)
{
	struct restoration *restoration = context;
	struct creation *creation = &restoration->creation;

	if (restore_clock_read(&restoration->clock, &restoration->images,
		    restoration->options->clock_policy, restoration->options->clock_from,
		    creation->config, err) < 0)
		return -1;
	/* The host's clock is not the one that it had. */
	if (timens_supported() && creation->clock.kind == CLOCK_KIND_HOST)
		creation->clock.kind = CLOCK_KIND_PRIVATE;
	if (timens_supported() && creation->clock.kind == CLOCK_KIND_PRIVATE)
		creation->enter.plan.namespaces[OCI_NAMESPACE_TIME].source = PLAN_NEW;
	return 0;
}

/*
 * What another libseccomp makes of the same config.json may be another filter that does the same, which nobody can
 * tell from one that does not.
 */
int restore_check_filters(void *context, struct error *err)
{
	struct restoration *restoration = context;
	struct creation *creation = &restoration->creation;
	bool allowed = restoration->options->allow_other_seccomp;

	if (!creation->filter || allowed)
		return 0;
	if (operator_allows_other_seccomp(creation->runtime, &allowed, err) < 0)
		return -1;
	if (allowed)
		return 0;
	if (filter_compile(creation->filter, creation->runtime->root,
		    &creation->config->linux_.seccomp, &creation->config->arena, err) < 0)
		return -1;
	if (criu_image_check_seccomp(restoration->images.directory,
		    filter_program(creation->filter), &restoration->filters, err) == 0)
		return 0;
	return error_prefix(err, "--allow-other-seccomp is not given");
}

static void restore_fill_options(struct restoration *restoration)
{
	const struct container_restore_options *options = restoration->options;
	struct criu_options *criu = &restoration->criu;

	criu->log_file = RESTORE_LOG;
	criu->config_file = CRIU_JOB_CONFIG;
	criu->root = restoration->root;
	criu->parent = options->parent_path;
	criu->lsm_profile = options->lsm_profile;
	criu->lsm_mount_context = options->lsm_mount_context;
	criu->tcp_established = options->tcp_established;
	criu->tcp_close = options->tcp_close;
	criu->ext_unix_sk = options->ext_unix_sk;
	criu->shell_job = options->shell_job;
	criu->file_locks = options->file_locks;
	criu->lazy_pages = options->lazy_pages;
	criu->auto_dedup = options->auto_dedup;
	criu->evasive_devices = true;
	criu->orphan_pts_master = true;
	criu->rst_sibling = true;
	criu->ext_sharing = true;
	criu->ext_masters = true;
	criu->cgroup_mode = criu_job_cgroup_mode(options->cgroup_mode);
	criu->empty_namespaces = options->empty_namespaces;
}

/* Which of the host's things CRIU gets in the place of those that it did not dump. */
static void restore_name_namespaces(struct restoration *restoration)
{
	const struct plan *plan = &restoration->creation.enter.plan;
	static const struct {
		enum oci_namespace_type type;
		const char *inherited; /* or joined, by the name that CRIU has for it */
		const char *joined;
	} kinds[] = {
		{ OCI_NAMESPACE_NETWORK, OUTSIDE_NETWORK, NULL },
		{ OCI_NAMESPACE_PID, OUTSIDE_PID, NULL },
		{ OCI_NAMESPACE_IPC, NULL, "ipc" },
		{ OCI_NAMESPACE_UTS, NULL, "uts" },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++) {
		int fd = plan->namespaces[kinds[i].type].fd;
		cleanup_text struct text path = { 0 };

		if (fd < 0)
			continue;
		if (kinds[i].inherited) {
			criu_inheritance_add(&restoration->criu.inherited, kinds[i].inherited, fd);
			restoration->passed[restoration->passed_length++] = fd;
			continue;
		}
		text_printf(&path, "/proc/%d/fd/%d", (int)getpid(), fd);
		criu_pairs_add(&restoration->criu.join_namespaces, kinds[i].joined, path.data);
	}
}

int restore_name_outside(void *context, struct error *err)
{
	struct restoration *restoration = context;
	struct creation *creation = &restoration->creation;
	const char *root = creation->config->root.path;
	cleanup_text struct text path = { 0 };

	text_printf(&path, "%s%s%s", root[0] == '/' ? "" : creation->bundle,
		root[0] == '/' ? "" : "/", root);
	restoration->root = realpath(path.data, NULL);
	if (!restoration->root)
		return error_errno(err, errno, "root.path: '%s'", path.data);
	restore_fill_options(restoration);
	restore_name_namespaces(restoration);
	outside_inherit_descriptors(&restoration->descriptors, &restoration->criu);
	outside_name_cgroups(&creation->cgroup_view, &restoration->criu);
	return outside_name_mounts(creation->config, creation->bundle, &restoration->criu, err);
}
