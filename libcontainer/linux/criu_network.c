/* SPDX-License-Identifier: Apache-2.0 */
#include "linux/criu_network.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "linux/namespace.h"
#include "linux/process.h"
#include "linux/signals.h"

#define NETWORK_PATIENCE_MS 10000
#define NETWORK_UNKNOWN_STATUS 2
#define NETWORK_UNKNOWN "2"
#define NETWORK_PATH "PATH=/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin"

/*
 * As CRIU would: the jumps to its chain, then the chain, by iptables; its table, by nft. What there is not to be removed
 * is no error, what is still there in the end is.
 */
static const char network_script[] =
	"for ip in iptables ip6tables; do\n"
	"	command -v $ip-restore >/dev/null || continue\n"
	"	for rule in '-D INPUT -j CRIU' '-D OUTPUT -j CRIU' '-F CRIU' '-X CRIU'; do\n"
	"		printf '*filter\\n%s\\nCOMMIT\\n' \"$rule\" | $ip-restore -w --noflush\n"
	"	done\n"
	"	! $ip -w -S CRIU || exit 1\n"
	"done\n"
	"command -v nft >/dev/null || exit \"$1\"\n"
	"for table in $(nft list tables inet | sed -n 's/^table inet \\(CRIU-[^ ]*\\)$/\\1/p'); "
	"do\n"
	"	nft delete table inet \"$table\" || exit 1\n"
	"done\n";

/* In a child of its own: it is in no other namespace of the container's, and nobody there sees it. */
static _Noreturn void network_run(int namespace, bool by_iptables)
{
	char *arguments[] = { "sh", "-c", (char *)network_script, "sh",
		by_iptables ? "0" : NETWORK_UNKNOWN, NULL };
	char *environment[] = { NETWORK_PATH, NULL };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		if (null < 0 || dup2(null, fd) < 0)
			_exit(1);
	if (namespace_join(namespace, CLONE_NEWNET) < 0)
		_exit(1);
	signals_reset();
	execve("/bin/sh", arguments, environment);
	_exit(1);
}

static bool network_is_own(int namespace)
{
	struct stat is, own;

	return fstat(namespace, &is) == 0 && stat("/proc/self/ns/net", &own) == 0 &&
	       is.st_dev == own.st_dev && is.st_ino == own.st_ino;
}

int criu_network_unlock(pid_t pid, bool by_iptables, struct error *err)
{
	cleanup_close int namespace = -1, pidfd = -1;
	bool entered;
	char path[64];
	pid_t child;
	int status;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)pid);
	namespace = namespace_open(path, CLONE_NEWNET, "the container's network", err);
	if (namespace < 0)
		return -1;
	if (network_is_own(namespace))
		return 0;
	child = process_clone(0, -1, &entered, &pidfd);
	if (child == 0)
		network_run(namespace, by_iptables);
	if (child < 0)
		return error_errno(err, -child, "unlock the container's network");
	if (process_wait_gone(pidfd, NETWORK_PATIENCE_MS) < 0)
		(void)process_signal(pidfd, SIGKILL);
	status = process_reap(child);
	if (status == 0)
		return 0;
	if (status == NETWORK_UNKNOWN_STATUS)
		return error_set(err, ENOENT,
			"CRIU was killed, and may have left rules of netfilter (a table CRIU) in "
			"the "
			"container's network namespace, which let nothing pass: there is no nft to "
			"look "
			"for them");
	return error_set(err, EIO,
		"CRIU was killed and has left rules of netfilter (chain or table CRIU) in the "
		"container's network namespace, which let nothing pass");
}
