/* SPDX-License-Identifier: Apache-2.0 */
/* From a process of ours inside the container to the user's process: what init and exec have in
 * common. */
#ifndef CONTAINER_BECOME_H
#define CONTAINER_BECOME_H

#include <stdbool.h>

#include "base/error.h"
#include "base/text.h"
#include "linux/seccomp.h"
#include "oci/config.h"

/* Where a container finds the service manager's socket (sd_notify(3)). */
#define BECOME_NOTIFY_SOCKET "/run/notify/notify.sock"

/*
 * The annotation by which podman asks for --group-add keep-groups: "1" leaves the process the
 * supplementary groups of elsewhen's caller, for files that they give an unprivileged user.
 */
#define BECOME_KEEP_GROUPS "run.oci.keep_original_groups"
bool become_is_to_keep_groups(const struct oci_config *config);

struct become {
	const struct oci_process *process;
	const struct oci_linux *linux_;        /* personality and memory policy; NULL for neither */
	const struct seccomp_program *seccomp; /* NULL: no filter */
	int seccomp_agent;                     /* connected to linux.seccomp.listenerPath, or -1 */
	const char *seccomp_agent_message;     /* what goes with the listener (config-linux.md) */
	int sync_fd;                           /* for what goes wrong until execve; -1 for nobody */
	int preserve_fds;
	bool passes_notify_socket; /* the socket of NOTIFY_SOCKET is bound at BECOME_NOTIFY_SOCKET */
	bool makes_cwd;            /* init makes a missing process.cwd; for exec it is an error */
	bool keeps_groups;         /* BECOME_KEEP_GROUPS: the caller's groups stay */
	bool groups_are_fixed;     /* found out while there is a procfd */
	int procfd;                /* private procfs; -1 until become_open_procfs */
	int rootfd;                /* "/" of the container, O_PATH */
	struct strv environment;   /* what execve gets: the config's and what we add */
	char *executable;          /* found by become_find_program; ours */
};

/* Opens the private procfs of the container's PID namespace. */
int become_open_procfs(struct become *become, struct error *err);

/* Scheduler, I/O priority, personality, memory policy, CPU affinity, umask. */
int become_set_attributes(struct become *become, struct error *err);

/* chdir to process.cwd, made when it is missing and makes_cwd; never to a place outside "/"
 * (CVE-2024-21626). */
int become_enter_cwd(struct become *become, struct error *err);

/* config.json's environment, then HOME (by /etc/passwd of the rootfs) and LISTEN_* where it is
 * silent. */
int become_fill_environment(struct become *become, struct error *err);

/* Resolves process.args[0] by PATH and proves that it is an executable file, so that `create`
 * already says no. */
int become_find_program(struct become *become, struct error *err);

/*
 * Security labels, noNewPrivileges, seccomp, capabilities and user, close-on-exec, execve. Returns
 * only on failure.
 */
int become_user_process(struct become *become, struct error *err);

#endif
