/* SPDX-License-Identifier: Apache-2.0 */
/* From a process of ours inside the container to the user's process: what init and exec have in
 * common. */
#ifndef CONTAINER_BECOME_H
#define CONTAINER_BECOME_H

#include <stdbool.h>

#include "base/error.h"
#include "base/text.h"
#include "linux/caps.h"
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

/* Of a process that has still to become the user's program: execve gives it another name. */
#define BECOME_NAME "elsewhen:start"

#define BECOME_KEPT_FDS 4

struct become {
	const struct oci_process *process;
	const struct oci_linux *linux_;        /* personality and memory policy; NULL for neither */
	const struct seccomp_program *seccomp; /* NULL: no filter */
	int seccomp_agent;                     /* connected to linux.seccomp.listenerPath, or -1 */
	const char *seccomp_agent_message;     /* what goes with the listener (config-linux.md) */
	int kept[BECOME_KEPT_FDS]; /* close-on-exec, for what is said until execve; -1 for none */
	int preserve_fds;
	bool stays_dumpable;   /* for an ordinary user's own commands, which could not look at it */
	bool prepares_outside; /* become_user is called by a process that is then forked */
	bool passes_notify_socket; /* the socket of NOTIFY_SOCKET is bound at BECOME_NOTIFY_SOCKET */
	bool makes_cwd;            /* init makes a missing process.cwd; for exec it is an error */
	bool keeps_groups;         /* BECOME_KEEP_GROUPS: the caller's groups stay */
	int procfd;                /* private procfs; -1 until become_open_procfs */
	int rootfd;                /* "/" of the container, O_PATH */
	struct strv environment;   /* what execve gets: the config's and what we add */
	char *executable;          /* found by become_find_program; ours */

	/* Of the caller's environment, which the children do not have; become_read_caller's. */
	int listen_fds;
	char *listen_names, *notify_socket;

	/* Between become_user and become_settle. */
	struct caps_identity identity;
	bool filter_is_due;
	bool has_announced; /* SYNC_EXECUTING is sent */
};

/* Nothing is open. */
#define BECOME_NOTHING                                                                      \
	{                                                                                   \
		.seccomp_agent = -1, .kept = { -1, -1, -1, -1 }, .procfd = -1, .rootfd = -1 \
	}

/* In the runtime, before there are children: what the caller's environment says (LISTEN_*, NOTIFY_SOCKET). */
void become_read_caller(struct become *become);

/* In the runtime: closes and frees. */
void become_close(struct become *become);

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
 * Security labels, descriptors, noNewPrivileges, user and capabilities; from here on the process has nothing that
 * the user's process will not have, and is not dumpable. With a seccomp filter that is too strict for what is
 * left to do, become_settle is owed, and CAP_SYS_ADMIN is kept for it unless noNewPrivileges is set.
 */
int become_user(struct become *become, struct error *err);

/*
 * In the process that stays, after become_user: a session with the terminal that is fd 0, if process.terminal
 * says so, and the one limit that the user could not have while there were two processes.
 */
int become_lead_session(struct become *become, struct error *err);

/*
 * Installs the filter, if become_user could not, and drops what that needed. Hooks and execve alone come after.
 * `starter`: whoever waits for execve; it is told now of a process that the filter would not let speak later.
 */
int become_settle(struct become *become, int starter, struct error *err);

/* Tells `starter`, and execve. Returns only on failure. */
int become_program(struct become *become, int starter, struct error *err);

/* LISTEN_PID, for the process that the caller is. */
void become_name_listener(struct become *become);

/* "process.args[0]: ...", in the words that engines look for. -1. */
int become_refuse_program(const char *program, const char *what, int code, struct error *err);

#endif
