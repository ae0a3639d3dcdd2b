/* SPDX-License-Identifier: Apache-2.0 */
/* The kit's command line, and its results in TAP. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "cost.h"
#include "guest.h"
#include "linux/vdso.h"
#include "run.h"

static const struct kit_check *const main_tables[] = { kit_initial_checks, kit_page_checks,
	kit_mapping_checks, kit_member_checks, kit_join_checks, kit_thread_checks, kit_exec_checks,
	kit_offsets_checks, kit_frozen_checks, kit_rights_checks, kit_timer_checks,
	kit_told_checks };

#define MAIN_CHECKS_MAX 256

unsigned int kit_vvar_pages;

/* The checks that are to be run, in order. */
static const struct kit_check *main_chosen[MAIN_CHECKS_MAX];
static unsigned int main_count;

static void main_choose(const char *name)
{
	unsigned int before = main_count;

	for (unsigned int i = 0; i < KIT_COUNT(main_tables); i++) {
		for (const struct kit_check *check = main_tables[i]; check->name; check++) {
			if ((!name || strcmp(name, check->name) == 0) &&
				main_count < MAIN_CHECKS_MAX)
				main_chosen[main_count++] = check;
		}
	}
	if (main_count == before) {
		fprintf(stderr, "kit: there is no check '%s'; --list names them\n", name);
		exit(2);
	}
}

static void main_list(void)
{
	for (unsigned int i = 0; i < main_count; i++)
		printf("%-24s %-8s %s\n", main_chosen[i]->name,
			main_chosen[i]->by == KIT_BY_VDSO ? "vdso" : "syscall",
			main_chosen[i]->promise);
}

static void main_print_lines(char *text)
{
	char *rest = text;

	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		printf("# %s\n", line);
}

/* Failed checks by the vDSO after which no more of them are run: each of them may hang. */
static unsigned int main_enough = MAIN_CHECKS_MAX, main_failed_by_vdso;

static const char *main_missing(const struct kit_check *check)
{
	if (check->by == KIT_BY_VDSO && main_failed_by_vdso >= main_enough)
		return "enough checks of the vDSO have failed";
	return run_missing(check);
}

/* A skipped check's reason is the first thing that it said. */
static bool main_run(unsigned int number, int seconds)
{
	const struct kit_check *check = main_chosen[number];
	const char *reason = main_missing(check);
	enum run_result result = RUN_SKIPPED;
	static char text[8192];

	if (!reason) {
		result = run_check(check, seconds, text, sizeof(text));
		if (result == RUN_SKIPPED)
			reason = strtok(text, "\n");
	}
	if (result == RUN_SKIPPED) {
		printf("ok %u - %s # SKIP %s\n", number + 1, check->name, reason ? reason : "");
		return true;
	}
	printf("%s %u - %s: %s\n", result == RUN_KEPT ? "ok" : "not ok", number + 1, check->name,
		check->promise);
	main_print_lines(text);
	main_failed_by_vdso += result != RUN_KEPT && check->by == KIT_BY_VDSO;
	return result == RUN_KEPT;
}

static int main_run_all(int seconds, bool progress)
{
	struct utsname name = { 0 };
	unsigned int failures = 0;
	int64_t begin;

	uname(&name);
	printf("1..%u\n# %s %s on %s, a program of %d bits\n", main_count, name.sysname,
		name.release, name.machine, (int)sizeof(void *) * 8);
	for (unsigned int i = 0; i < main_count; i++) {
		if (progress)
			printf("running %s\n", main_chosen[i]->name);
		fflush(stdout);
		begin = vdso_read_clock_by_syscall(CLOCK_MONOTONIC);
		failures += !main_run(i, seconds);
		if (progress)
			printf("took %lld ms\n",
				(long long)(vdso_read_clock_by_syscall(CLOCK_MONOTONIC) - begin) /
					1000000);
	}
	fflush(stdout);
	return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static const char main_usage[] =
	"usage: kit [--list] [--only NAME]... [--seconds N] [--enough N] [--vvar-pages N] "
	"[--progress]\n"
	"Proves what this kernel promises of time namespaces; prints TAP, fails when a promise is "
	"broken.\n"
	"  --list        print the checks: name, what they read clocks by, promise\n"
	"  --only        run this check alone; may be repeated\n"
	"  --seconds     that a check may take (20)\n"
	"  --enough      checks of the vDSO that fail, before the rest of them is skipped (all)\n"
	"  --vvar-pages  that there have to be: as many as on another kernel (any number)\n"
	"  --progress    name each check before it runs, and how long it took\n"
	"kit --cost: the instructions that it takes to read each clock, in qemu-system-aarch64 "
	"with\n"
	"  -icount shift=0, where a nanosecond is an instruction.\n"
	"kit --guest=PROGRAM[,PROGRAM]...: as process 1 of a machine, run these and switch it "
	"off.\n";

/* What the command line asks for, beside the checks that it names. */
struct main_options {
	bool list, progress;
	int seconds; /* 0: the command line is wrong */
};

static struct main_options main_parse(int argc, char *argv[])
{
	static const struct option names[] = {
		{ "list", no_argument, NULL, 'l' },
		{ "only", required_argument, NULL, 'o' },
		{ "seconds", required_argument, NULL, 's' },
		{ "enough", required_argument, NULL, 'e' },
		{ "vvar-pages", required_argument, NULL, 'v' },
		{ "progress", no_argument, NULL, 'p' },
		{ 0 },
	};
	struct main_options options = { .seconds = 20 };
	int option;

	while ((option = getopt_long(argc, argv, "", names, NULL)) != -1) {
		if (option == 'l')
			options.list = true;
		else if (option == 'o')
			main_choose(optarg);
		else if (option == 's')
			options.seconds = (int)strtol(optarg, NULL, 10);
		else if (option == 'e')
			main_enough = (unsigned int)strtoul(optarg, NULL, 10);
		else if (option == 'v')
			kit_vvar_pages = (unsigned int)strtoul(optarg, NULL, 10);
		else if (option == 'p')
			options.progress = true;
		else
			options.seconds = 0;
	}
	if (optind != argc)
		options.seconds = 0;
	return options;
}

int main(int argc, char *argv[])
{
	struct main_options options;

	if (argc == 4 && strcmp(argv[1], "--exec") == 0)
		kit_run_body(argv[2], argv[3]);
	if (argc > 1 && strncmp(argv[1], "--guest=", 8) == 0)
		guest_run(argv[1] + 8, argv + 2);
	if (argc == 2 && strcmp(argv[1], "--cost") == 0)
		return cost_run();
	options = main_parse(argc, argv);
	if (options.seconds <= 0) {
		fputs(main_usage, stderr);
		return 2;
	}
	if (main_count == 0)
		main_choose(NULL);
	if (options.list) {
		main_list();
		return EXIT_SUCCESS;
	}
	return main_run_all(options.seconds, options.progress);
}
