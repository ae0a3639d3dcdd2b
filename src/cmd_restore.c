/* SPDX-License-Identifier: Apache-2.0 */
/* elsewhen restore */
#include <stddef.h>

#include "base/text.h"

#include "commands.h"
#include "criu_options.h"

static struct {
	struct container_restore_options options;
	struct strv clock_from, empty;
} restore_values = { .options.criu_timeout = CRIU_OPTIONS_TIMEOUT };

#define VALUE(name) offsetof(__typeof__(restore_values), name)
#define OPTION(name) offsetof(__typeof__(restore_values), options.name)

/* clang-format off */
static const struct option_spec restore_options[] = {
	{ "bundle", 'b', OPTION_STRING, OPTION(create.bundle), "DIR",
	  "directory with config.json and the root filesystem (default: .)" },
	{ "image-path", 0, OPTION_STRING, OPTION(image_path), "DIR",
	  "the images of the checkpoint (default: checkpoint)" },
	{ "work-path", 0, OPTION_STRING, OPTION(work_path), "DIR",
	  "put CRIU's log and statistics into DIR (default: with the images)" },
	{ "parent-path", 0, OPTION_STRING, OPTION(parent_path), "DIR",
	  "taken for the sake of engines: the images themselves name their parent" },
	{ "clock-policy", 0, OPTION_STRING, OPTION(clock_policy), "POLICY",
	  "how the clocks go on: " CRIU_OPTIONS_POLICIES " (default: as the annotation "
	  "elsewhen.dev/restore-clock or the checkpoint says, else continue)" },
	{ "clock-from", 0, OPTION_STRINGS, VALUE(clock_from), "FILE|DIR",
	  "saved clocks of another container, of the same pod say: a clock that is made goes on "
	  "from the latest of all" },
	{ "allow-clock-jump", 0, OPTION_FLAG, OPTION(allow_clock_jump), NULL,
	  "restore also where the clocks can only be the host's" },
	{ "allow-other-seccomp", 0, OPTION_FLAG, OPTION(allow_other_seccomp), NULL,
	  "restore also seccomp filters that are not what config.json makes here" },
	{ "pid-file", 0, OPTION_STRING, OPTION(create.pid_file), "FILE",
	  "write the PID of the container's process to FILE" },
	{ "console-socket", 0, OPTION_STRING, OPTION(create.console_socket), "SOCKET",
	  "send the terminal of the container over this Unix socket" },
	{ "detach", 'd', OPTION_FLAG, OPTION(create.detach), NULL,
	  "return once the container is running" },
	{ "keep", 0, OPTION_FLAG, OPTION(create.keep), NULL,
	  "do not delete the container when it has ended" },
	{ "no-subreaper", 0, OPTION_FLAG, OPTION(create.no_subreaper), NULL,
	  "do not become the reaper of the container's orphans" },
	{ "no-pivot", 0, OPTION_FLAG, OPTION(create.no_pivot), NULL,
	  "taken for the sake of engines: CRIU changes the root directory as it can" },
	{ "tcp-established", 0, OPTION_FLAG, OPTION(tcp_established), NULL,
	  "restore established TCP connections" },
	{ "tcp-close", 0, OPTION_FLAG, OPTION(tcp_close), NULL,
	  "restore TCP connections as closed ones" },
	{ "ext-unix-sk", 0, OPTION_FLAG, OPTION(ext_unix_sk), NULL,
	  "connect Unix sockets to the outside again" },
	{ "shell-job", 0, OPTION_FLAG, OPTION(shell_job), NULL,
	  "give it our terminal in the place of the one that it used" },
	{ "file-locks", 0, OPTION_FLAG, OPTION(file_locks), NULL,
	  "restore file locks" },
	{ "lazy-pages", 0, OPTION_FLAG, OPTION(lazy_pages), NULL,
	  "fetch the memory when it is used, from 'criu lazy-pages'" },
	{ "auto-dedup", 0, OPTION_FLAG, OPTION(auto_dedup), NULL,
	  "free memory in the images once it is restored" },
	{ "lsm-profile", 0, OPTION_STRING, OPTION(lsm_profile), "TYPE:NAME",
	  "the security profile to run it under, apparmor:NAME or selinux:LABEL" },
	{ "lsm-mount-context", 0, OPTION_STRING, OPTION(lsm_mount_context), "LABEL",
	  "the SELinux label of its mounts" },
	{ "empty-ns", 0, OPTION_STRINGS, VALUE(empty), "network",
	  "make the network namespace, and nothing in it" },
	{ "manage-cgroups-mode", 0, OPTION_CHOICE, OPTION(cgroup_mode), "ignore|soft|full|strict",
	  "whether CRIU restores cgroups (default: ignore; they are made from config.json)" },
	{ "criu", 0, OPTION_STRING, OPTION(criu), "PROGRAM",
	  "the CRIU to use (default: criu)" },
	{ "criu-timeout", 0, OPTION_COUNT, OPTION(criu_timeout), "SECONDS",
	  "end a CRIU that makes no progress for so long (default: 60; 0: wait without end)" },
	{ 0 },
};
/* clang-format on */

static int restore_run(struct invocation *invocation, struct error *err)
{
	struct container_restore_options *options = &restore_values.options;

	if (criu_options_empty(&restore_values.empty, &options->empty_namespaces, err) < 0)
		return -1;
	options->clock_from = restore_values.clock_from.items;
	return container_restore(invocation->runtime, invocation->operands[0], options,
		&invocation->exit_status, err);
}

const struct command command_restore = {
	.name = "restore",
	.operands = "ID",
	.operands_min = 1,
	.operands_max = 1,
	.summary = "make a container again from a checkpoint",
	.description =
		"Makes the container ID from a bundle and the images of a checkpoint. Its "
		"processes "
		"go on where they were, and so do its clocks: in a time namespace that is made for "
		"it, no clock is behind what it was saved at, which is proven before it runs. "
		"Waits for its end, as run does, unless --detach.",
	.example = "elsewhen restore --detach --bundle /srv/web --image-path /srv/web.images web",
	.options = restore_options,
	.values = &restore_values,
	.enters_container = true,
	.run = restore_run,
};
