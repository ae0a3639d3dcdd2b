/* SPDX-License-Identifier: Apache-2.0 */
/* Resource limits, OOM score, personality, session keyring, and which fds survive execve. */
#include "linux/attributes.h"
#include "linux/procfs.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif

struct attributes_rlimit_name {
	const char *name;
	__typeof__(RLIMIT_AS) resource;
};

static const struct attributes_rlimit_name attributes_rlimits[] = {
	{ "RLIMIT_AS", RLIMIT_AS },
	{ "RLIMIT_CORE", RLIMIT_CORE },
	{ "RLIMIT_CPU", RLIMIT_CPU },
	{ "RLIMIT_DATA", RLIMIT_DATA },
	{ "RLIMIT_FSIZE", RLIMIT_FSIZE },
	{ "RLIMIT_LOCKS", RLIMIT_LOCKS },
	{ "RLIMIT_MEMLOCK", RLIMIT_MEMLOCK },
	{ "RLIMIT_MSGQUEUE", RLIMIT_MSGQUEUE },
	{ "RLIMIT_NICE", RLIMIT_NICE },
	{ "RLIMIT_NOFILE", RLIMIT_NOFILE },
	{ "RLIMIT_NPROC", RLIMIT_NPROC },
	{ "RLIMIT_RSS", RLIMIT_RSS },
	{ "RLIMIT_RTPRIO", RLIMIT_RTPRIO },
	{ "RLIMIT_RTTIME", RLIMIT_RTTIME },
	{ "RLIMIT_SIGPENDING", RLIMIT_SIGPENDING },
	{ "RLIMIT_STACK", RLIMIT_STACK },
};

static const struct attributes_rlimit_name *attributes_rlimit_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LENGTH(attributes_rlimits); i++)
		if (text_equal(attributes_rlimits[i].name, name))
			return &attributes_rlimits[i];
	return NULL;
}

int attributes_rlimit_from_name(const char *name)
{
	const struct attributes_rlimit_name *found = attributes_rlimit_find(name);

	return found ? (int)found->resource : -1;
}

/* The kernel's EPERM does not say which of the numbers it minds; what the limit is now does. */
static int attributes_rlimit_refused(
	pid_t pid, const struct attributes_rlimit_name *limit, uint64_t hard, struct error *err)
{
	struct rlimit64 now;

	if (prlimit64(pid, limit->resource, NULL, &now) < 0 || hard <= now.rlim_max)
		return error_errno(err, EPERM, "process.rlimits: set %s", limit->name);
	return error_set(err, EPERM,
		"process.rlimits: %s: raising the hard limit from %" PRIu64 " to %" PRIu64
		" needs CAP_SYS_RESOURCE%s",
		limit->name, (uint64_t)now.rlim_max, hard,
		limit->resource == RLIMIT_NOFILE ? " and a value up to sysctl fs.nr_open" : "");
}

int attributes_set_rlimit(
	pid_t pid, const char *name, uint64_t soft, uint64_t hard, struct error *err)
{
	const struct attributes_rlimit_name *limit = attributes_rlimit_find(name);
	struct rlimit64 wanted = { .rlim_cur = soft, .rlim_max = hard };

	if (!limit)
		return error_set(err, EINVAL,
			"process.rlimits: '%s' is not a resource limit of Linux", name);
	if (soft > hard)
		return error_set(err, EINVAL,
			"process.rlimits: %s: the soft limit %" PRIu64
			" is above the hard limit %" PRIu64,
			name, soft, hard);
	if (prlimit64(pid, limit->resource, &wanted, NULL) == 0)
		return 0;
	if (errno == EPERM)
		return attributes_rlimit_refused(pid, limit, hard, err);
	return error_errno(err, errno, "process.rlimits: set %s to soft %" PRIu64 ", hard %" PRIu64,
		name, soft, hard);
}

bool attributes_rlimit_counts_processes(const char *name)
{
	return attributes_rlimit_from_name(name) == (int)RLIMIT_NPROC;
}

int attributes_raise_rlimit(pid_t pid, const char *name, uint64_t hard, struct error *err)
{
	const struct attributes_rlimit_name *limit = attributes_rlimit_find(name);
	struct rlimit64 now;

	if (limit && prlimit64(pid, limit->resource, NULL, &now) < 0)
		return error_errno(err, errno, "process.rlimits: read %s", name);
	if (limit && now.rlim_max > hard)
		hard = now.rlim_max;
	return attributes_set_rlimit(pid, name, hard, hard, err);
}

static int attributes_read_score(int procfd, const char *path, int *score)
{
	cleanup_close int fd = procfs_open_file(procfd, path, O_RDONLY);
	char text[16];
	ssize_t length;

	if (fd < 0)
		return fd;
	length = read(fd, text, sizeof(text) - 1);
	if (length < 0)
		return -errno;
	if (length > 0 && text[length - 1] == '\n')
		length--;
	text[length] = '\0';
	return number_parse_int(text, INT_MIN, INT_MAX, score);
}

int attributes_set_oom_score_adj(int procfd, pid_t pid, int score, struct error *err)
{
	char path[40], text[16];
	int now = 0, result;

	if (score < -1000 || score > 1000)
		return error_set(
			err, EINVAL, "process.oomScoreAdj: %d is outside -1000 .. 1000", score);
	if (pid == 0)
		snprintf(path, sizeof(path), "self/oom_score_adj");
	else
		snprintf(path, sizeof(path), "%d/oom_score_adj", pid);
	result = attributes_read_score(procfd, path, &now);
	if (result < 0)
		return error_errno(err, -result, "process.oomScoreAdj: read /proc/%s", path);
	if (now == score)
		return 0;
	snprintf(text, sizeof(text), "%d", score);
	result = procfs_write(procfd, path, text);
	if (result == -EACCES || result == -EPERM)
		return error_errno(err, -result,
			"process.oomScoreAdj: change %d to %d (lowering it that far needs "
			"CAP_SYS_RESOURCE)",
			now, score);
	if (result < 0)
		return error_errno(err, -result, "process.oomScoreAdj: set %d", score);
	return 0;
}

int attributes_set_personality(const char *domain, struct error *err)
{
	bool linux32 = text_equal(domain, "LINUX32");

	if (!linux32 && !text_equal(domain, "LINUX"))
		return error_set(err, EINVAL,
			"linux.personality.domain: '%s' is neither LINUX nor LINUX32", domain);
	if (personality(linux32 ? PER_LINUX32 : PER_LINUX) < 0)
		return error_errno(err, errno, "linux.personality.domain: set %s", domain);
	return 0;
}

int attributes_new_session_keyring(const char *name, struct error *err)
{
	enum { JOIN_SESSION_KEYRING = 1 };

	/* Without keyrings, or without room for one more, a container runs as well as with them. */
	if (syscall(SYS_keyctl, JOIN_SESSION_KEYRING, name) < 0 && errno != ENOSYS &&
		errno != EDQUOT)
		return error_errno(err, errno, "join a new session keyring '%s'", name);
	return 0;
}

static int attributes_set_cloexec(int fd)
{
	int flags = fcntl(fd, F_GETFD);

	if (flags < 0)
		return -1;
	return (flags & FD_CLOEXEC) ? 0 : fcntl(fd, F_SETFD, flags | FD_CLOEXEC);
}

/* Which descriptors from `first` on are left alone; none of them: all others become close-on-exec. */
struct attributes_kept {
	int first;
	const int *fds;
	size_t length;
};

static bool attributes_is_kept(const struct attributes_kept *kept, int fd)
{
	for (size_t i = 0; i < kept->length; i++)
		if (kept->fds[i] == fd)
			return true;
	return false;
}

static int attributes_drop_fd(const struct attributes_kept *kept, int fd)
{
	if (!kept->fds)
		return attributes_set_cloexec(fd);
	return attributes_is_kept(kept, fd) ? 0 : close(fd);
}

/* For Linux before 5.11, and for filters that refuse what they do not know. */
static int attributes_walk_fds(const struct attributes_kept *kept, struct error *err)
{
	cleanup_dir DIR *dir = opendir("/proc/self/fd");
	struct dirent *entry;

	if (!dir)
		return error_errno(err, errno, "close-on-exec: list /proc/self/fd");
	for (errno = 0; (entry = readdir(dir)); errno = 0) {
		int fd;

		if (number_parse_int(entry->d_name, kept->first, INT_MAX, &fd) < 0)
			continue;
		if (fd != dirfd(dir) && attributes_drop_fd(kept, fd) < 0)
			return error_errno(err, errno, "close-on-exec: mark fd %d", fd);
	}
	if (errno != 0)
		return error_errno(err, errno, "close-on-exec: read /proc/self/fd");
	return 0;
}

int attributes_close_on_exec_from(int first, struct error *err)
{
	const struct attributes_kept all = { .first = first };

	if (syscall(SYS_close_range, (unsigned int)first, UINT_MAX, CLOSE_RANGE_CLOEXEC) == 0)
		return 0;
	return attributes_walk_fds(&all, err);
}

/* The lowest kept descriptor that is not below `from`, or INT_MAX. */
static int attributes_next_kept(const struct attributes_kept *kept, int from)
{
	int next = INT_MAX;

	for (size_t i = 0; i < kept->length; i++)
		if (kept->fds[i] >= from && kept->fds[i] < next)
			next = kept->fds[i];
	return next;
}

int attributes_close_from(int first, const int *keep, size_t keep_length, struct error *err)
{
	const struct attributes_kept kept = { first, keep, keep_length };

	for (int from = first, next; from < INT_MAX; from = next + 1) {
		next = attributes_next_kept(&kept, from);
		if (next > from &&
			syscall(SYS_close_range, (unsigned int)from, (unsigned int)next - 1, 0) < 0)
			return attributes_walk_fds(&kept, err);
		if (next == INT_MAX)
			break;
	}
	return 0;
}
