/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The floor of ./dev bench: a container made with the system calls that can not be left out,
 * nothing read, nothing checked, nothing written down. No runtime can be faster; how near one comes
 * is its quality. usage: floor ROOTFS PROGRAM [ARGUMENT...]
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <mntent.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

#define HIERARCHIES_MAX 32

static struct {
	char directories[HIERARCHIES_MAX][PATH_MAX / 16];
	int procs[HIERARCHIES_MAX];
	int length;
} cgroup;

_Noreturn static void die(const char *what)
{
	fprintf(stderr, "floor: %s: %s\n", what, strerror(errno));
	_exit(EXIT_FAILURE);
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		die(path);
	close(fd);
}

/* A new v1 cpuset takes no process before it has processors and memory. */
static void fill_cpuset(const char *mountpoint, const char *directory, const char *name)
{
	char from[PATH_MAX], to[PATH_MAX], value[256] = "";
	ssize_t length;
	int fd;

	snprintf(from, sizeof(from), "%s/%s", mountpoint, name);
	snprintf(to, sizeof(to), "%s/%s", directory, name);
	fd = open(from, O_RDONLY | O_CLOEXEC);
	length = fd < 0 ? -1 : read(fd, value, sizeof(value) - 1);
	if (length <= 0)
		die(from);
	close(fd);
	write_file(to, value);
}

static void make_cgroup(const struct mntent *entry)
{
	char *directory = cgroup.directories[cgroup.length];
	char procs[PATH_MAX];

	snprintf(directory, sizeof(cgroup.directories[0]), "%s/elsewhen-floor-%d", entry->mnt_dir,
		getpid());
	if (mkdir(directory, 0755) < 0)
		die(directory);
	if (hasmntopt(entry, "cpuset")) {
		fill_cpuset(entry->mnt_dir, directory, "cpuset.cpus");
		fill_cpuset(entry->mnt_dir, directory, "cpuset.mems");
	}
	snprintf(procs, sizeof(procs), "%s/cgroup.procs", directory);
	cgroup.procs[cgroup.length] = open(procs, O_WRONLY | O_CLOEXEC);
	if (cgroup.procs[cgroup.length] < 0)
		die(procs);
	cgroup.length++;
}

static void make_cgroups(void)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	struct mntent *entry;

	if (!mounts)
		die("/proc/self/mounts");
	while ((entry = getmntent(mounts)) && cgroup.length < HIERARCHIES_MAX)
		if (strncmp(entry->mnt_type, "cgroup", 6) == 0)
			make_cgroup(entry);
	endmntent(mounts);
}

static void remove_cgroups(void)
{
	for (int i = 0; i < cgroup.length; i++) {
		close(cgroup.procs[i]);
		if (rmdir(cgroup.directories[i]) < 0)
			die(cgroup.directories[i]);
	}
}

static void mount_or_die(const char *source, const char *target, const char *type,
	unsigned long flags, const char *data)
{
	mkdir(target, 0755);
	if (mount(source, target, type, flags, data) < 0)
		die(target);
}

/* What every engine's config.json has; paths are relative to the new root. */
static void make_mounts(void)
{
	const unsigned long safe = MS_NOSUID | MS_NODEV | MS_NOEXEC;

	mount_or_die("proc", "proc", "proc", 0, NULL);
	mount_or_die("tmpfs", "dev", "tmpfs", MS_NOSUID, "mode=755,size=64k");
	mount_or_die(
		"devpts", "dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666");
	mount_or_die("shm", "dev/shm", "tmpfs", safe, "mode=1777,size=64m");
	mount_or_die("mqueue", "dev/mqueue", "mqueue", safe, NULL);
	mount_or_die("sysfs", "sys", "sysfs", safe | MS_RDONLY, NULL);
}

static void make_devices(void)
{
	static const struct {
		const char *path;
		unsigned int major, minor;
	} devices[] = {
		{ "dev/null", 1, 3 },
		{ "dev/zero", 1, 5 },
		{ "dev/full", 1, 7 },
		{ "dev/random", 1, 8 },
		{ "dev/urandom", 1, 9 },
		{ "dev/tty", 5, 0 },
	};

	umask(0);
	for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++)
		if (mknod(devices[i].path, S_IFCHR | 0666,
			    makedev(devices[i].major, devices[i].minor)) < 0)
			die(devices[i].path);
	umask(022);
}

static void become_root(const char *rootfs)
{
	if (mount(NULL, "/", NULL, MS_SLAVE | MS_REC, NULL) < 0 ||
		mount(rootfs, rootfs, NULL, MS_BIND | MS_REC, NULL) < 0 || chdir(rootfs) < 0)
		die(rootfs);
	make_mounts();
	make_devices();
	if (syscall(SYS_pivot_root, ".", ".") < 0 || umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
		die("pivot_root");
}

/* One comparison and an allowance: the smallest filter there is to install. */
static void install_seccomp(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_reboot, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(code[0]), code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
		syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0)
		die("seccomp");
}

_Noreturn static void be_container(char **argv)
{
	for (int i = 0; i < cgroup.length; i++)
		if (write(cgroup.procs[i], "0", 1) != 1)
			die(cgroup.directories[i]);
	if (unshare(CLONE_NEWCGROUP) < 0)
		die("unshare cgroup");
	become_root(argv[1]);
	if (sethostname("floor", 5) < 0)
		die("sethostname");
	install_seccomp();
	execv(argv[2], argv + 2);
	die(argv[2]);
}

int main(int argc, char **argv)
{
	const unsigned long namespaces =
		CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS;
	int status;
	pid_t pid;

	if (argc < 3) {
		fputs("usage: floor ROOTFS PROGRAM [ARGUMENT...]\n", stderr);
		return 2;
	}
	make_cgroups();
	if (unshare(CLONE_NEWTIME) < 0)
		die("unshare time");
	write_file("/proc/self/timens_offsets", "monotonic 86400 0\nboottime 86400 0\n");
	/* A fork in all but its flags: the child goes on here, on its own copy of the stack. */
	pid = (pid_t)syscall(SYS_clone, namespaces | SIGCHLD, NULL, NULL, NULL, NULL);
	if (pid == 0)
		be_container(argv);
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		die("clone");
	remove_cgroups();
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
