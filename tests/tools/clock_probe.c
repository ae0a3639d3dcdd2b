/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Says what a process sees of time, in "key value" lines; built static, so that it is the only file
 * a rootfs needs. For each clock CLOCK the sandwich is made again and again,
 *
 *     raw system call <= vDSO <= raw system call
 *
 * which holds exactly where the vDSO works: a shell tool uses system calls alone and would not
 * notice a vDSO that shows another namespace's clock.
 *
 *     pid PID                       (not with --host)
 *     ns.NAME LINK                  each of /proc/self/ns (not with --host)
 *     uptime_cs CENTISECONDS        /proc/uptime
 *     CLOCK.rounds N                (not with --host)
 *     CLOCK.out_of_order N          0, or the vDSO is broken (not with --host)
 *     CLOCK.ns NANOSECONDS          the last reading, by vDSO
 */
#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static const struct {
	clockid_t id;
	const char *name;
} clocks[] = {
	{ CLOCK_MONOTONIC, "monotonic" },
	{ CLOCK_BOOTTIME, "boottime" },
	{ CLOCK_MONOTONIC_RAW, "monotonic_raw" },
	{ CLOCK_MONOTONIC_COARSE, "monotonic_coarse" },
	{ CLOCK_REALTIME, "realtime" },
	{ CLOCK_TAI, "tai" },
	{ CLOCK_REALTIME_COARSE, "realtime_coarse" },
};

_Noreturn static void die(const char *what)
{
	fprintf(stderr, "clock_probe: %s: %s\n", what, strerror(errno));
	exit(EXIT_FAILURE);
}

static int64_t as_nanoseconds(struct timespec time)
{
	return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static int64_t read_vdso(clockid_t clock)
{
	struct timespec now;

	if (clock_gettime(clock, &now) < 0)
		die("clock_gettime");
	return as_nanoseconds(now);
}

static int64_t read_syscall(clockid_t clock)
{
	struct timespec now;

	if (syscall(SYS_clock_gettime, clock, &now) < 0)
		die("clock_gettime by system call");
	return as_nanoseconds(now);
}

static void print_clock(size_t index, long rounds)
{
	clockid_t id = clocks[index].id;
	long out_of_order = 0;
	int64_t between = 0;

	for (long round = 0; round < rounds; round++) {
		int64_t below = read_syscall(id);
		int64_t above;

		between = read_vdso(id);
		above = read_syscall(id);
		if (below > between || between > above)
			out_of_order++;
	}
	printf("%s.rounds %ld\n%s.out_of_order %ld\n%s.ns %" PRId64 "\n", clocks[index].name,
		rounds, clocks[index].name, out_of_order, clocks[index].name, between);
}

static void print_namespaces(void)
{
	DIR *dir = opendir("/proc/self/ns");
	struct dirent *entry;

	if (!dir)
		die("/proc/self/ns");
	while ((entry = readdir(dir))) {
		char link[64];
		ssize_t length;

		if (entry->d_name[0] == '.')
			continue;
		length = readlinkat(dirfd(dir), entry->d_name, link, sizeof(link));
		if (length < 0 || length == sizeof(link))
			die(entry->d_name);
		printf("ns.%s %.*s\n", entry->d_name, (int)length, link);
	}
	closedir(dir);
}

static void print_uptime(void)
{
	FILE *file = fopen("/proc/uptime", "re");
	uint64_t seconds;
	unsigned int centiseconds;

	/* NOLINTNEXTLINE(cert-err34-c): the kernel writes it */
	if (!file || fscanf(file, "%" SCNu64 ".%2u", &seconds, &centiseconds) != 2)
		die("/proc/uptime");
	printf("uptime_cs %" PRIu64 "\n", seconds * 100 + centiseconds);
	fclose(file);
}

static void print_all(bool host, long rounds)
{
	if (!host) {
		printf("pid %ld\n", (long)getpid());
		print_namespaces();
	}
	print_uptime();
	for (size_t i = 0; i < sizeof(clocks) / sizeof(clocks[0]); i++) {
		if (host)
			printf("%s.ns %" PRId64 "\n", clocks[i].name, read_vdso(clocks[i].id));
		else
			print_clock(i, rounds);
	}
	if (fflush(stdout) != 0)
		die("standard output");
}

static const char usage[] = "usage: clock_probe [--host] [--rounds N] [--wait]\n"
			    "  --host    one reading of each clock, nothing else\n"
			    "  --rounds  of the sandwich, for each clock (2000)\n"
			    "  --wait    do not exit, until a signal comes\n";

int main(int argc, char *argv[])
{
	static const struct option options[] = { { "host", no_argument, NULL, 'h' },
		{ "rounds", required_argument, NULL, 'r' }, { "wait", no_argument, NULL, 'w' },
		{ 0 } };
	bool host = false, wait_for_signal = false;
	long rounds = 2000;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'h')
			host = true;
		if (option == 'r')
			rounds = strtol(optarg, NULL, 10);
		if (option == 'w')
			wait_for_signal = true;
		if (option == '?')
			rounds = 0;
	}
	if (rounds <= 0 || optind != argc) {
		fputs(usage, stderr);
		return 2;
	}
	print_all(host, rounds);
	/* As pid 1 of its namespace only a handled signal, or SIGKILL, ends it. */
	if (wait_for_signal)
		for (;;)
			pause();
	return EXIT_SUCCESS;
}
