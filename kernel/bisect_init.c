// SPDX-License-Identifier: GPL-2.0-only
/*
 * The first process on each step of the series: one line of facts that the step should have changed or left
 * alone, then power off. Built for AArch64 and for AArch32; the one that is process 1 runs the other.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

#ifdef __aarch64__
#define NR_CLOCK_GETTIME 113
static const char abi[] = "aarch64";
#else
#define NR_CLOCK_GETTIME 403
static const char abi[] = "aarch32";
#endif

#define PAGE 4096
#define ROUNDS 1000

static sigjmp_buf caught;

static void catch (int signal)
{
	siglongjmp(caught, signal);
}

static int64_t read_syscall(clockid_t clock)
{
	struct {
		int64_t seconds, nanoseconds;
	} t = { 0, 0 };

	syscall(NR_CLOCK_GETTIME, clock, &t);
	return t.seconds * 1000000000 + t.nanoseconds;
}

static int64_t read_vdso(clockid_t clock)
{
	struct timespec t = { 0 };

	clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Readings by the vDSO that are not between two by system call; -1 if the vDSO does not come back. */
static int count_disorder(void)
{
	static const clockid_t clocks[] = { CLOCK_MONOTONIC, CLOCK_MONOTONIC_RAW,
		CLOCK_MONOTONIC_COARSE, CLOCK_BOOTTIME, CLOCK_REALTIME, CLOCK_TAI };
	volatile int disorder = 0;

	if (sigsetjmp(caught, 1))
		return -1;
	alarm(20);
	for (unsigned int i = 0; i < sizeof(clocks) / sizeof(*clocks); i++) {
		for (int round = 0; round < ROUNDS; round++) {
			int64_t before = read_syscall(clocks[i]);
			int64_t between = read_vdso(clocks[i]);
			int64_t after = read_syscall(clocks[i]);

			disorder += before > between || between > after;
		}
	}
	alarm(0);
	return disorder;
}

static unsigned long find_vvar(unsigned long *pages)
{
	unsigned long start = 0, end = 0;
	char line[256];
	FILE *maps = fopen("/proc/self/maps", "r");

	*pages = 0;
	while (maps && fgets(line, sizeof(line), maps)) {
		if (strstr(line, "[vvar]") && sscanf(line, "%lx-%lx", &start, &end) == 2)
			*pages = (end - start) / PAGE;
	}
	if (maps)
		fclose(maps);
	return start;
}

static const char *load(unsigned long address)
{
	switch (sigsetjmp(caught, 1)) {
	case 0:
		(void)*(volatile uint32_t *)address;
		return "readable";
	case SIGBUS:
		return "SIGBUS";
	default:
		return "SIGSEGV";
	}
}

/* As another task would read it: by a copy that looks the page up. */
static const char *copy(unsigned long address)
{
	char word[4];
	struct iovec to = { word, sizeof(word) }, from = { (void *)address, sizeof(word) };

	return process_vm_readv(getpid(), &to, 1, &from, 1, 0) == sizeof(word)
		       ? "readable"
		       : strerrorname_np(errno);
}

static void print_facts(const char *where)
{
	unsigned long pages, vvar = find_vvar(&pages);

	printf("step: %s %s pages=%lu first=%s second=%s copy=%s disorder=%d\n", abi, where, pages,
		load(vvar), load(vvar + PAGE), copy(vvar), count_disorder());
}

static void print_namespace(void)
{
	FILE *offsets;
	pid_t child;

	if (unshare(CLONE_NEWTIME) != 0) {
		printf("step: %s unshare=%s\n", abi, strerrorname_np(errno));
		return;
	}
	offsets = fopen("/proc/self/timens_offsets", "w");
	if (!offsets || fputs("monotonic 86400 1\nboottime 172800 2\n", offsets) < 0 ||
		fclose(offsets) != 0)
		printf("step: %s no offsets: %s\n", abi, strerrorname_np(errno));
	child = fork();
	if (child == 0) {
		print_facts("namespace");
		printf("step: %s days=%d\n", abi,
			(int)(read_vdso(CLOCK_BOOTTIME) / 1000000000 / 86400));
		_exit(0);
	}
	waitpid(child, NULL, 0);
}

/* In a child, since the next child of who unshares is in the namespace too. */
static void print_namespace_apart(void)
{
	pid_t child = fork();

	if (child == 0) {
		print_namespace();
		_exit(0);
	}
	waitpid(child, NULL, 0);
}

int main(int argc, char **argv)
{
	(void)argv;
	setvbuf(stdout, NULL, _IONBF, 0);
	signal(SIGBUS, catch);
	signal(SIGSEGV, catch);
	signal(SIGALRM, catch);
	if (argc == 1) {
		mkdir("/proc", 0755);
		mount("proc", "/proc", "proc", 0, NULL);
	}
	print_facts("root");
	print_namespace_apart();
	if (argc > 1)
		return 0;
	if (fork() == 0) {
		execl("/other", "/other", "second", (char *)NULL);
		printf("step: aarch32 %s\n", strerrorname_np(errno));
		_exit(1);
	}
	wait(NULL);
	puts("step: end");
	reboot(RB_POWER_OFF);
	return 1;
}
