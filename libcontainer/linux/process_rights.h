/* SPDX-License-Identifier: Apache-2.0 */
/* What a process may, as /proc/PID/status tells it (proc_pid_status(5)). */
#ifndef LINUX_PROCESS_RIGHTS_H
#define LINUX_PROCESS_RIGHTS_H

#include <stdbool.h>
#include <sys/types.h>

#include "linux/caps.h"

/* As the caller's user namespace has them. */
struct process_ids {
	id_t real, effective, saved, filesystem;
};

struct process_rights {
	struct process_ids uids, gids;
	struct caps_sets caps;
	bool no_new_privileges;
	bool filtered;        /* by seccomp */
	unsigned int filters; /* how many; 0 also where the kernel does not tell (before 5.9) */
};

/* 0, or -EBADMSG where one of them is missing. */
int process_rights_parse(const char *status, struct process_rights *rights);

/* Of a thread: its directory in /proc is "task/TID" below `directory`, an fd. 0 or -errno. */
int process_rights_read(int directory, const char *thread, struct process_rights *rights);

#endif
