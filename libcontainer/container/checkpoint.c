/* SPDX-License-Identifier: Apache-2.0 */
/* The recipe of `checkpoint`: a container's processes into a directory of images, by CRIU. */
#include <elsewhen/container.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fatal.h"
#include "base/log.h"
#include "container/checkpoint_clock.h"
#include "container/criu_job.h"
#include "container/directory.h"
#include "container/images.h"
#include "container/outside.h"
#include "container/recipe.h"
#include "container/status.h"
#include "linux/criu.h"
#include "linux/criu_network.h"
#include "linux/criu_stats.h"
#include "linux/namespace.h"
#include "linux/process.h"

#define CHECKPOINT_LOG "dump.log"
/* As many pages as buffers of a pipe fit eight pages of the kernel's: CRIU's longest. */
#define CHECKPOINT_PIPE_PAGES 8
#define CHECKPOINT_PIPE_BUFFER 40

struct checkpoint {
	const struct container_runtime *runtime;
	const struct container_checkpoint_options *options;
	struct container_checkpoint_report *report;
	const char *id;

	int version; /* CRIU's */
	enum criu_end end;
	enum clock_policy policy;
	int directory, pidfd;
	bool paused; /* before we came */
	struct oci_state_file state;
	struct oci_config *config;
	struct cgroup_plan cgroup; /* the state's strings */
	struct images images;
	char *freezer, *server; /* owned parts of `criu` */
	struct criu_options criu;
	struct strv descriptors;
	int status_fd; /* to be told once, when pages can be fetched; -1 */
};

static const char *checkpoint_program(const struct checkpoint *checkpoint)
{
	return criu_job_program(checkpoint->options->criu);
}

/*
 * Who serves memory has a pipe of its own length, and fails without it only when the second page is asked for, in the
 * middle of a migration.
 */
static int checkpoint_check_pipe(struct error *err)
{
	long page = sysconf(_SC_PAGESIZE);
	long size = CHECKPOINT_PIPE_PAGES * page / CHECKPOINT_PIPE_BUFFER * page;
	int pair[2], result;

	if (pipe2(pair, O_CLOEXEC) < 0)
		return error_errno(err, errno, "--lazy-pages: make a pipe");
	result = fcntl(pair[1], F_SETPIPE_SZ, (int)size) < 0 ? errno : 0;
	close(pair[0]);
	close(pair[1]);
	if (result == 0)
		return 0;
	return error_errno(err, result,
		"--lazy-pages: CRIU needs a pipe of %ld bytes (CAP_SYS_RESOURCE, or "
		"/proc/sys/fs/pipe-max-size)",
		size);
}

static int checkpoint_check_features(struct checkpoint *checkpoint, struct error *err)
{
	const struct container_checkpoint_options *options = checkpoint->options;
	const struct criu_features wanted = {
		.mem_track = options->pre_dump || options->parent_path,
		.lazy_pages = options->lazy_pages,
	};
	struct criu_features had;

	if (!wanted.mem_track && !wanted.lazy_pages)
		return 0;
	if (criu_read_features(
		    checkpoint_program(checkpoint), checkpoint->directory, &wanted, &had, err) < 0)
		return -1;
	if (wanted.mem_track && !had.mem_track)
		return error_set(err, ENOTSUP,
			"%s: this kernel does not track which pages are written to (soft-dirty, "
			"CONFIG_MEM_SOFT_DIRTY)",
			options->pre_dump ? "--pre-dump" : "--parent-path");
	if (wanted.lazy_pages && !had.lazy_pages)
		return error_set(err, ENOTSUP,
			"--lazy-pages: CRIU finds no userfaultfd that it could use in this kernel");
	return wanted.lazy_pages ? checkpoint_check_pipe(err) : 0;
}

static int checkpoint_check_options(void *context, struct error *err)
{
	struct checkpoint *checkpoint = context;
	const struct container_checkpoint_options *options = checkpoint->options;
	int flags;

	if (checkpoint->runtime->rootless)
		return error_set(err, EPERM,
			"checkpoint needs root in the initial user namespace: CRIU does");
	checkpoint->policy = CLOCK_POLICY_UNSET;
	if (options->clock_policy &&
		clock_policy_parse(options->clock_policy, &checkpoint->policy, err) < 0)
		return error_prefix(err, "--clock-policy");
	if (options->lazy_pages && !options->page_server)
		return error_set(err, EINVAL, "--lazy-pages: needs --page-server ADDRESS:PORT");
	if (options->parent_path &&
		images_check_new_parent(options->image_path, options->parent_path, err) < 0)
		return -1;
	checkpoint->status_fd = options->status_fd;
	if (options->status_fd < 0)
		return 0;
	flags = fcntl(options->status_fd, F_GETFL);
	if (flags < 0)
		return error_errno(err, errno, "--status-fd %d", options->status_fd);
	if ((flags & O_ACCMODE) == O_RDONLY)
		return error_set(
			err, EBADF, "--status-fd %d: can not be written to", options->status_fd);
	/* Who reads it to its end does not wait for CRIU, too. */
	if (fcntl(options->status_fd, F_SETFD, FD_CLOEXEC) < 0)
		return error_errno(err, errno, "--status-fd %d", options->status_fd);
	return 0;
}

static int checkpoint_find_criu(void *context, struct error *err)
{
	struct checkpoint *checkpoint = context;

	if (criu_check(checkpoint_program(checkpoint), checkpoint->directory, &checkpoint->version,
		    err) < 0)
		return -1;
	return checkpoint_check_features(checkpoint, err);
}

static int checkpoint_open_container(void *context, struct error *err)
{
	struct checkpoint *checkpoint = context;
	enum container_status status;

	checkpoint->directory =
		status_open(checkpoint->runtime, checkpoint->id, true, &checkpoint->state, err);
	if (checkpoint->directory < 0)
		return -1;
	if (status_of(&checkpoint->state, &status, &checkpoint->pidfd, err) < 0)
		return error_prefix(err, "container '%s'", checkpoint->id);
	if (status != CONTAINER_RUNNING && status != CONTAINER_PAUSED)
		return error_set(err, EINVAL,
			"container '%s' is %s; only one that runs or is paused can be "
			"checkpointed",
			checkpoint->id, container_status_name(status));
	checkpoint->paused = status == CONTAINER_PAUSED;
	checkpoint->cgroup = status_cgroup(&checkpoint->state);
	return directory_load_config(checkpoint->directory, &checkpoint->config, err);
}

/*
 * What `exec` brought in is no child of init's: CRIU would not see it, and it would die with the PID
 * namespace.
 */
static int checkpoint_check_processes(void *context, struct error *err)
{
	struct checkpoint *checkpoint = context;
	cleanup_free pid_t *pids = NULL;
	size_t count;

	if (cgroup_pids(&checkpoint->cgroup, &pids, &count, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		int descends = process_descends_from(pids[i], checkpoint->state.pid);

		if (descends == -ESRCH)
			continue;
		if (descends < 0)
			return error_errno(err, -descends,
				"find out whose child process %d in container '%s' is",
				(int)pids[i], checkpoint->id);
		if (!descends)
			return error_set(err, EBUSY,
				"process %d in container '%s' is no descendant of its init, as "
				"those of exec: it can not be checkpointed; end it first",
				(int)pids[i], checkpoint->id);
	}
	return 0;
}

/* CRIU resolves no names. */
static bool checkpoint_is_address(const char *address)
{
	unsigned char bytes[sizeof(struct in6_addr)];

	return inet_pton(AF_INET, address, bytes) == 1 || inet_pton(AF_INET6, address, bytes) == 1;
}

/* "192.0.2.1:5000", "[2001:db8::1]:5000" */
static int checkpoint_parse_server(struct checkpoint *checkpoint, struct error *err)
{
	const char *asked = checkpoint->options->page_server;
	struct criu_options *criu = &checkpoint->criu;
	char *colon, *address;

	if (!asked)
		return 0;
	checkpoint->server = strdup(asked);
	if (!checkpoint->server)
		fatal_out_of_memory();
	address = checkpoint->server;
	colon = strrchr(address, ':');
	if (!colon || number_parse_int(colon + 1, 1, 65535, &criu->page_server_port) < 0)
		return error_set(err, EINVAL, "--page-server: '%s' is not ADDRESS:PORT", asked);
	*colon = '\0';
	if (address[0] == '[' && colon[-1] == ']') {
		colon[-1] = '\0';
		address++;
	}
	if (!checkpoint_is_address(address))
		return error_set(err, EINVAL,
			"--page-server: '%s' is not the IP address of a machine", address);
	criu->page_server_address = address;
	return 0;
}

static void checkpoint_fill_options(struct checkpoint *checkpoint)
{
	const struct container_checkpoint_options *options = checkpoint->options;
	struct criu_options *criu = &checkpoint->criu;

	criu->pid = checkpoint->state.pid;
	criu->log_file = CHECKPOINT_LOG;
	criu->config_file = CRIU_JOB_CONFIG;
	criu->root = checkpoint->state.rootfs;
	criu->parent = options->parent_path;
	criu->freeze_cgroup = checkpoint->freezer;
	criu->leave_running = options->leave_running;
	criu->tcp_established = options->tcp_established;
	criu->tcp_skip_in_flight = options->tcp_skip_in_flight;
	criu->ext_unix_sk = options->ext_unix_sk;
	criu->shell_job = options->shell_job;
	criu->file_locks = options->file_locks;
	criu->link_remap = options->link_remap;
	criu->lazy_pages = options->lazy_pages;
	criu->auto_dedup = options->auto_dedup;
	criu->track_mem = options->pre_dump || options->parent_path;
	criu->orphan_pts_master = true;
	criu->ext_sharing = true;
	criu->ext_masters = true;
	criu->cgroup_mode = criu_job_cgroup_mode(options->cgroup_mode);
	criu->network_lock = (enum criu_network_lock)options->network_lock;
	criu->empty_namespaces = options->empty_namespaces;
}

static int checkpoint_find_outside(void *context, struct error *err)
{
	struct checkpoint *checkpoint = context;

	if (cgroup_freezer(&checkpoint->cgroup, &checkpoint->freezer, err) < 0)
		return -1;
	checkpoint_fill_options(checkpoint);
	if (checkpoint_parse_server(checkpoint, err) < 0)
		return -1;
	return outside_find(checkpoint->config, checkpoint->state.pid, &checkpoint->criu,
		&checkpoint->descriptors, err);
}

static int checkpoint_make_images(void *context, struct error *err)
{
	struct checkpoint *checkpoint = context;
	struct images *images = &checkpoint->images;

	if (images_make(images, checkpoint->options->image_path, checkpoint->options->work_path,
		    err) < 0)
		return -1;
	checkpoint->criu.images_directory = images->directory;
	checkpoint->criu.work_directory = images->work;
	return images_save_descriptors(images, &checkpoint->descriptors, err);
}

/* The log stays, for whoever wants to know why. */
static void checkpoint_undo_images(void *context)
{
	struct checkpoint *checkpoint = context;

	checkpoint_forget_clock(&checkpoint->images);
	images_forget_descriptors(&checkpoint->images);
}

static void checkpoint_tell_status(struct checkpoint *checkpoint)
{
	if (checkpoint->status_fd < 0)
		return;
	if (write(checkpoint->status_fd, "", 1) != 1)
		log_warning("--status-fd: %s", strerror(errno));
	cleanup_fd(&checkpoint->status_fd);
	checkpoint->status_fd = -1;
}

static int checkpoint_notified(
	void *context, const struct criu_response *notification, int *passed, struct error *err)
{
	struct checkpoint *checkpoint = context;
	const char *what = notification->notification;
	struct clock_instant instant;

	(void)passed;
	if (text_equal(what, "status-ready"))
		checkpoint_tell_status(checkpoint);
	/* All is dumped, and nobody moves yet. */
	if (!text_equal(what, "post-dump"))
		return 0;
	if (checkpoint_save_clock(
		    &checkpoint->images, &checkpoint->state, checkpoint->policy, &instant, err) < 0)
		return -1;
	checkpoint->report->monotonic = instant.monotonic;
	checkpoint->report->boottime = instant.boottime;
	return 0;
}

/* A CRIU that was killed leaves the cgroup frozen that it froze, and the network locked. */
static void checkpoint_undo_dump(void *context)
{
	struct checkpoint *checkpoint = context;
	struct error err;

	if (checkpoint->end != CRIU_ENDED &&
		criu_network_unlock(checkpoint->state.pid,
			checkpoint->criu.network_lock == CRIU_NETWORK_LOCK_IPTABLES, &err) < 0)
		log_warning("%s", err.text);
	if (checkpoint->freezer && !checkpoint->paused &&
		cgroup_is_frozen(&checkpoint->cgroup, &err) != 0 &&
		cgroup_freeze(&checkpoint->cgroup, false, &err) < 0)
		log_warning("%s", err.text);
}

static int checkpoint_dump(void *context, struct error *err)
{
	struct checkpoint *checkpoint = context;
	const struct criu_setup setup = {
		.program = checkpoint_program(checkpoint),
		.cgroup = -1,
		.lock = checkpoint->directory,
		.listen_address = checkpoint->options->lazy_pages
					  ? checkpoint->criu.page_server_address
					  : NULL,
		.without_breakpoints = criu_needs_no_breakpoints(checkpoint->version),
		.watch.timeout = checkpoint->options->criu_timeout,
	};
	enum criu_request_type type = checkpoint->options->pre_dump ? CRIU_PRE_DUMP : CRIU_DUMP;

	return criu_job_run(&setup, type, &checkpoint->criu, &checkpoint->images,
		checkpoint_notified, checkpoint, &checkpoint->end, err);
}

/* The figures are told to people only: a dump without them is a dump. */
static int checkpoint_count(void *context, struct error *err)
{
	struct checkpoint *checkpoint = context;
	struct container_checkpoint_report *report = checkpoint->report;
	struct criu_stats stats;
	int result = criu_stats_read(checkpoint->images.work, &stats);

	(void)err;
	if (result < 0)
		log_warning("CRIU's statistics: %s", strerror(-result));
	report->frozen_us = stats.frozen_us;
	report->pages_scanned = stats.pages_scanned;
	report->pages_skipped = stats.pages_skipped;
	report->pages_written = stats.pages_written;
	report->bytes = images_count_bytes(&checkpoint->images);
	return 0;
}

static const struct recipe_step checkpoint_steps[] = {
	/* Nothing is touched before the images. */
	{ "check the options", checkpoint_check_options, NULL },
	{ "open the container", checkpoint_open_container, NULL },
	{ "look for CRIU", checkpoint_find_criu, NULL },
	{ "look at its processes", checkpoint_check_processes, NULL },
	{ "find what it has from outside", checkpoint_find_outside, NULL },
	{ "make the directory of the images", checkpoint_make_images, checkpoint_undo_images },
	{ "dump", checkpoint_dump, checkpoint_undo_dump },
	{ "count", checkpoint_count, NULL },
	{ NULL, NULL, NULL },
};

static void checkpoint_close(struct checkpoint *checkpoint)
{
	images_close(&checkpoint->images);
	criu_options_free(&checkpoint->criu);
	strv_free(&checkpoint->descriptors);
	oci_config_free(checkpoint->config);
	if (checkpoint->directory >= 0)
		oci_state_file_free(&checkpoint->state);
	cleanup_fd(&checkpoint->directory);
	cleanup_fd(&checkpoint->pidfd);
	free(checkpoint->freezer);
	free(checkpoint->server);
}

int container_checkpoint(const struct container_runtime *runtime, const char *id,
	const struct container_checkpoint_options *options,
	struct container_checkpoint_report *report, struct error *err)
{
	struct checkpoint checkpoint = {
		.runtime = runtime,
		.options = options,
		.report = report,
		.id = id,
		.directory = -1,
		.pidfd = -1,
	};
	int result;

	*report = (struct container_checkpoint_report){ 0 };
	images_reset(&checkpoint.images);
	result = recipe_run(checkpoint_steps, &checkpoint, err);
	checkpoint_close(&checkpoint);
	return result;
}
