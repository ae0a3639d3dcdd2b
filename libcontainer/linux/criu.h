/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CRIU as a process of ours: `criu swrk FD` at the other end of a SOCK_SEQPACKET pair. It is asked one
 * thing, tells on the way where it is (notifications, which it waits for us to acknowledge), answers, and
 * is gone.
 */
#ifndef LINUX_CRIU_H
#define LINUX_CRIU_H

#include "base/error.h"
#include "linux/criu_guard.h"
#include "linux/criu_rpc.h"
#include "linux/criu_watch.h"

/* Seconds without progress after which CRIU is ended. */
#define CRIU_TIMEOUT 60

enum criu_end {
	CRIU_ENDED,      /* by itself, whatever its exit status */
	CRIU_SIGNALED,   /* somebody else killed it */
	CRIU_TIMED_OUT,  /* we did: it stood still */
	CRIU_KILLED,     /* we did, for another reason */
	CRIU_UNKILLABLE, /* it hangs in the kernel, and traces what it traces */
};

struct criu {
	pid_t pid;
	int pidfd, socket;
	struct criu_watch watch;
	struct criu_guard guard;
	enum criu_end end; /* after criu_end */
	int signal;        /* CRIU_SIGNALED: which */
};

struct criu_setup {
	const char *program;  /* a name is looked for in $PATH and where root's programs are */
	bool shares_stdio;    /* else CRIU's 0, 1 and 2 are /dev/null */
	bool shares_terminal; /* it stays in our process group, for --shell-job */
	bool without_breakpoints;
	const char *listen_address; /* when it is to serve memory: there alone; else NULL */
	/* How long it may stand still, and by what it is seen that it does not. */
	struct criu_watch watch;
	int cgroup; /* CLONE_INTO_CGROUP, or -1 */
	/*
	 * A container's lock, or -1. With it CRIU has a guard: when ours is killed, CRIU is gone before the lock is
	 * free.
	 */
	int lock;
	const int *passed; /* descriptors that CRIU has under the same numbers */
	size_t passed_length;
	/* In CRIU's process, before it is CRIU; NULL: nothing to prepare. */
	int (*prepare)(void *context, bool entered_cgroup, struct error *err);
	void *context;
};

#define CRIU_KILL (-2)
/*
 * A notification: 0, -1 when CRIU shall undo what it does, or CRIU_KILL when it is too late for
 * that. `passed` is a descriptor that came along, the callee's to keep (it stores -1 then), or -1.
 */
typedef int criu_notified(
	void *context, const struct criu_response *notification, int *passed, struct error *err);

int criu_start(struct criu *criu, const struct criu_setup *setup, struct error *err);

/*
 * Asks, and sees CRIU through to its answer. The error of a notification is the error of the call. Of an
 * answer that says no only "CRIU failed" is in `err`, and what CRIU says of it, if anything, in
 * response->message: criu_explain finds the rest in the log.
 */
int criu_ask(struct criu *criu, enum criu_request_type type, const struct criu_options *options,
	const struct criu_features *features, criu_notified *notified, void *context,
	struct criu_response *response, struct error *err);

/* Closes our end and reaps; a CRIU that does not end by itself then is killed. Nothing of it is left. */
void criu_end(struct criu *criu);

/* One question to a CRIU of its own; `lock` as in criu_setup. */
int criu_read_version(const char *program, int lock, int *version, struct error *err);
/* Which of the `wanted` this kernel and this CRIU have. */
int criu_read_features(const char *program, int lock, const struct criu_features *wanted,
	struct criu_features *had, struct error *err);

/*
 * Whether CRIU is there and new enough, for us and for this kernel; *version as criu_read_version. Touches
 * nothing.
 */
int criu_check(const char *program, int lock, int *version, struct error *err);

/*
 * Whether a CRIU of this version must be told to do without hardware breakpoints: one before 4.2 waits without end
 * for one that never fires.
 */
bool criu_needs_no_breakpoints(int version);

/*
 * CRIU remembers in /run what it knows of the kernel. A temporary file that a killed one has left there keeps every
 * later one from it, which then tries out the kernel again each time: it is removed.
 */
void criu_remove_stale_cache(void);

/*
 * After a failure: the sentence that explains it, from the log file `name` in `directory`, which is at
 * `path`. Of a CRIU that has ended before it could say anything (`criu`, after criu_end), the step in which it was.
 * Always -1.
 */
int criu_explain(const struct criu *criu, const struct criu_response *response, int directory,
	const char *path, const char *name, struct error *err);

#endif
