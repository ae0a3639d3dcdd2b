/* SPDX-License-Identifier: Apache-2.0 */
/* elsewhen checkpoint */
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

#include "base/text.h"

#include "commands.h"
#include "criu_options.h"

static struct {
	struct container_checkpoint_options options;
	struct strv empty;
	const char *status_fd;
	bool verbose;
} checkpoint_values = { .options.criu_timeout = CRIU_OPTIONS_TIMEOUT };

#define VALUE(name) offsetof(__typeof__(checkpoint_values), name)
#define OPTION(name) offsetof(__typeof__(checkpoint_values), options.name)

/* clang-format off */
static const struct option_spec checkpoint_options[] = {
	{ "image-path", 0, OPTION_STRING, OPTION(image_path), "DIR",
	  "put the images into DIR, made when it is missing (default: checkpoint)" },
	{ "work-path", 0, OPTION_STRING, OPTION(work_path), "DIR",
	  "put CRIU's log and statistics into DIR (default: with the images)" },
	{ "parent-path", 0, OPTION_STRING, OPTION(parent_path), "DIR",
	  "dump only what has changed since the images in DIR, a path relative to --image-path" },
	{ "leave-running", 0, OPTION_FLAG, OPTION(leave_running), NULL,
	  "let the container run on afterwards" },
	{ "clock-policy", 0, OPTION_STRING, OPTION(clock_policy), "POLICY",
	  "note how the clocks are to go on when it is restored: " CRIU_OPTIONS_POLICIES
	  " (default: none is noted)" },
	{ "tcp-established", 0, OPTION_FLAG, OPTION(tcp_established), NULL,
	  "dump established TCP connections too" },
	{ "tcp-skip-in-flight", 0, OPTION_FLAG, OPTION(tcp_skip_in_flight), NULL,
	  "leave out TCP connections that are not established yet" },
	{ "ext-unix-sk", 0, OPTION_FLAG, OPTION(ext_unix_sk), NULL,
	  "allow Unix sockets that are connected to the outside" },
	{ "shell-job", 0, OPTION_FLAG, OPTION(shell_job), NULL,
	  "allow a terminal of the host's to be in use" },
	{ "file-locks", 0, OPTION_FLAG, OPTION(file_locks), NULL,
	  "dump file locks, which others outside may be waiting for" },
	{ "link-remap", 0, OPTION_FLAG, OPTION(link_remap), NULL,
	  "give files that are open and unlinked a name again" },
	{ "pre-dump", 0, OPTION_FLAG, OPTION(pre_dump), NULL,
	  "dump the memory alone, while the container runs" },
	{ "lazy-pages", 0, OPTION_FLAG, OPTION(lazy_pages), NULL,
	  "keep the memory and serve it to whoever restores (--page-server)" },
	{ "page-server", 0, OPTION_STRING, OPTION(page_server), "ADDRESS:PORT",
	  "send the memory to a page server, or be one (--lazy-pages)" },
	{ "status-fd", 0, OPTION_STRING, VALUE(status_fd), "FD",
	  "write a NUL to FD when lazy pages can be fetched" },
	{ "manage-cgroups-mode", 0, OPTION_CHOICE, OPTION(cgroup_mode), "ignore|soft|full|strict",
	  "whether CRIU dumps cgroups (default: ignore; a restore makes them from config.json)" },
	{ "empty-ns", 0, OPTION_STRINGS, VALUE(empty), "network",
	  "do not dump what is in the network namespace" },
	{ "auto-dedup", 0, OPTION_FLAG, OPTION(auto_dedup), NULL,
	  "free memory in the parent's images that is dumped anew" },
	{ "network-lock", 0, OPTION_CHOICE, OPTION(network_lock),
	  "default|iptables|nftables|skip",
	  "how established connections are held still (default: CRIU chooses)" },
	{ "criu", 0, OPTION_STRING, OPTION(criu), "PROGRAM",
	  "the CRIU to use (default: criu)" },
	{ "criu-timeout", 0, OPTION_COUNT, OPTION(criu_timeout), "SECONDS",
	  "end a CRIU that makes no progress for so long (default: 60; 0: wait without end)" },
	{ "verbose", 'v', OPTION_FLAG, VALUE(verbose), NULL,
	  "print how long the container stood still, what was written and what its clocks read" },
	{ 0 },
};
/* clang-format on */

static void checkpoint_print(const struct container_checkpoint_report *report)
{
	printf("frozen:  %" PRIu64 ".%03" PRIu64 " ms\n", report->frozen_us / 1000,
		report->frozen_us % 1000);
	printf("pages:   %" PRIu64 " written, %" PRIu64 " scanned, %" PRIu64 " in the parent\n",
		report->pages_written, report->pages_scanned, report->pages_skipped);
	printf("bytes:   %" PRIu64 "\n", report->bytes);
	if (report->monotonic == 0)
		return;
	printf("clocks:  monotonic %" PRId64 ".%09" PRId64 ", boottime %" PRId64 ".%09" PRId64 "\n",
		report->monotonic / 1000000000, report->monotonic % 1000000000,
		report->boottime / 1000000000, report->boottime % 1000000000);
}

static int checkpoint_run(struct invocation *invocation, struct error *err)
{
	struct container_checkpoint_options *options = &checkpoint_values.options;
	struct container_checkpoint_report report;

	options->status_fd = -1;
	if (checkpoint_values.status_fd && number_parse_int(checkpoint_values.status_fd, 0,
						   OPTION_COUNT_MAX, &options->status_fd) < 0)
		return error_set(err, EINVAL, "--status-fd: '%s' is no descriptor",
			checkpoint_values.status_fd);
	if (criu_options_empty(&checkpoint_values.empty, &options->empty_namespaces, err) < 0)
		return -1;
	if (container_checkpoint(
		    invocation->runtime, invocation->operands[0], options, &report, err) < 0)
		return -1;
	if (checkpoint_values.verbose)
		checkpoint_print(&report);
	return 0;
}

const struct command command_checkpoint = {
	.name = "checkpoint",
	.operands = "ID",
	.operands_min = 1,
	.operands_max = 1,
	.summary = "save a running container's processes and clocks",
	.description = "Saves the processes of the container ID, which runs or is paused, into a "
		       "directory of images, by CRIU, and with them what its clocks read "
		       "(clock.json). The container has ended then, unless --leave-running.",
	.example = "elsewhen checkpoint --image-path /srv/web.images web",
	.options = checkpoint_options,
	.values = &checkpoint_values,
	.run = checkpoint_run,
};
