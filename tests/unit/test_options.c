/* SPDX-License-Identifier: Apache-2.0 */
/* src/: the reading of options, the tables of the commands, bundles in the place of IDs. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/text.h"

#include "../../src/bundle_operand.h"
#include "../../src/commands.h"
#include "../../src/descriptors.h"
#include "../../src/global.h"
#include "../../src/options.h"

/* One option of each kind. */
struct values {
	const char *bundle;
	struct strv env;
	struct option_tristate privileges;
	struct option_number number, bytes;
	int fds, format;
	bool tty, detach, subreaper;
};

#define VALUE(name) offsetof(struct values, name)

static const struct option_spec rows[] = {
	{ "bundle", 'b', OPTION_STRING, VALUE(bundle), "DIR", "a" },
	{ "env", 'e', OPTION_STRINGS, VALUE(env), "NAME=VALUE", "b" },
	{ "privileges", 0, OPTION_TRISTATE, VALUE(privileges), NULL, "c" },
	{ "fds", 0, OPTION_COUNT, VALUE(fds), "N", "d" },
	{ "number", 'n', OPTION_NUMBER, VALUE(number), "N", "i" },
	{ "bytes", 0, OPTION_BYTES, VALUE(bytes), "BYTES", "j" },
	{ "format", 'f', OPTION_CHOICE, VALUE(format), "table|json", "e" },
	{ "tty", 't', OPTION_FLAG, VALUE(tty), NULL, "f" },
	{ "detach", 'd', OPTION_FLAG, VALUE(detach), NULL, "g" },
	{ "no-subreaper", 0, OPTION_FLAG, VALUE(subreaper), NULL, "h" },
	{ 0 },
};

/* What one command line was read as; freed by read_free. */
struct reading {
	struct values values;
	struct operands operands;
	struct error err;
	int result;
};

static void read_free(struct reading *reading)
{
	strv_free(&reading->values.env);
	operands_free(&reading->operands);
}
#define cleanup_reading __attribute__((cleanup(read_free)))

static void read_words(struct reading *reading, bool in_order, char *const *words)
{
	const struct option_set set = {
		.command = "test",
		.rows = rows,
		.values = &reading->values,
		.in_order = in_order,
	};

	reading->result = options_parse(&set, words, &reading->operands, &reading->err);
}

#define READ(reading, in_order, ...) \
	read_words(reading, in_order, (char *const[]){ __VA_ARGS__, NULL })

#define assert_sentence(expected, ...)                                    \
	do {                                                              \
		cleanup_reading struct reading refused = { 0 };           \
                                                                          \
		READ(&refused, false, __VA_ARGS__);                       \
		assert_int_equal(refused.result, -1);                     \
		assert_int_equal(refused.err.code, EINVAL);               \
		assert_string_equal(refused.err.text, "test: " expected); \
	} while (0)

static void long_options_take_both_forms(void **state)
{
	cleanup_reading struct reading r = { 0 };

	(void)state;
	READ(&r, false, "--bundle", "x", "--fds=3", "one", "--format", "json", "two");
	assert_int_equal(r.result, 0);
	assert_string_equal(r.values.bundle, "x");
	assert_int_equal(r.values.fds, 3);
	assert_int_equal(r.values.format, 1);
	assert_int_equal(r.operands.count, 2);
	assert_string_equal(r.operands.items[0], "one");
	assert_string_equal(r.operands.items[1], "two");
	assert_null(r.operands.items[2]);
}

static void short_options_take_all_forms(void **state)
{
	cleanup_reading struct reading r = { 0 };

	(void)state;
	READ(&r, false, "-tdbDIR", "-e", "A=1", "-eB=2", "-f", "table");
	assert_int_equal(r.result, 0);
	assert_true(r.values.tty && r.values.detach);
	assert_string_equal(r.values.bundle, "DIR");
	assert_int_equal(r.values.env.length, 2);
	assert_string_equal(r.values.env.items[0], "A=1");
	assert_string_equal(r.values.env.items[1], "B=2");
	assert_null(r.values.env.items[2]);
	assert_int_equal(r.values.format, 0);
}

static void flags_can_be_said_false(void **state)
{
	cleanup_reading struct reading r = { 0 };

	(void)state;
	READ(&r, false, "--tty", "--tty=false", "-d=true", "--privileges=false");
	assert_int_equal(r.result, 0);
	assert_false(r.values.tty);
	assert_true(r.values.detach);
	assert_true(r.values.privileges.given);
	assert_false(r.values.privileges.value);
}

static void a_tristate_knows_when_it_is_absent(void **state)
{
	cleanup_reading struct reading absent = { 0 }, present = { 0 };

	(void)state;
	READ(&absent, false, "x");
	assert_int_equal(absent.result, 0);
	assert_false(absent.values.privileges.given);
	READ(&present, false, "--privileges", "x");
	assert_int_equal(present.result, 0);
	assert_true(present.values.privileges.given && present.values.privileges.value);
}

static void one_dash_does_for_two(void **state)
{
	cleanup_reading struct reading r = { 0 };

	(void)state;
	READ(&r, false, "-no-subreaper", "-bundle", "x", "-fds=2");
	assert_int_equal(r.result, 0);
	assert_true(r.values.subreaper);
	assert_string_equal(r.values.bundle, "x");
	assert_int_equal(r.values.fds, 2);
}

static void a_value_may_look_like_an_option(void **state)
{
	cleanup_reading struct reading r = { 0 };

	(void)state;
	READ(&r, false, "--bundle", "--tty", "-e", "--");
	assert_int_equal(r.result, 0);
	assert_string_equal(r.values.bundle, "--tty");
	assert_false(r.values.tty);
	assert_string_equal(r.values.env.items[0], "--");
}

static void two_dashes_end_the_options(void **state)
{
	cleanup_reading struct reading r = { 0 };

	(void)state;
	READ(&r, false, "-", "--", "-t", "--", "--help");
	assert_int_equal(r.result, 0);
	assert_int_equal(r.operands.count, 4);
	assert_string_equal(r.operands.items[0], "-");
	assert_string_equal(r.operands.items[1], "-t");
	assert_string_equal(r.operands.items[2], "--");
	assert_string_equal(r.operands.items[3], "--help");
	assert_false(r.values.tty || r.operands.help);
}

static void in_order_the_first_operand_ends_the_options(void **state)
{
	cleanup_reading struct reading r = { 0 };

	(void)state;
	READ(&r, true, "-t", "ID", "ls", "-d", "--nothing-of-ours", "--", "-h");
	assert_int_equal(r.result, 0);
	assert_true(r.values.tty);
	assert_false(r.values.detach);
	assert_int_equal(r.operands.count, 6);
	assert_string_equal(r.operands.items[2], "-d");
	assert_string_equal(r.operands.items[4], "--");
}

static void help_ends_the_reading(void **state)
{
	cleanup_reading struct reading longer = { 0 }, shorter = { 0 };

	(void)state;
	READ(&longer, false, "x", "--help", "--nonsense");
	assert_int_equal(longer.result, 0);
	assert_true(longer.operands.help);
	READ(&shorter, false, "-h");
	assert_int_equal(shorter.result, 0);
	assert_true(shorter.operands.help);
}

static void wrong_options_get_their_sentence(void **state)
{
	(void)state;
	assert_sentence("unknown option '--nope'; see 'elsewhen test --help'", "--nope=5");
	assert_sentence("unknown option '-x'; see 'elsewhen test --help'", "-x");
	assert_sentence("unknown option '-tx'; see 'elsewhen test --help'", "-tx");
	/* No abbreviations: a later option would make them ambiguous. */
	assert_sentence("unknown option '--bund'; see 'elsewhen test --help'", "--bund", "x");
	assert_sentence("unknown option '--'; see 'elsewhen test --help'", "--=x");
	assert_sentence(
		"--bundle: the value (DIR) is missing: flag needs an argument", "x", "--bundle");
	assert_sentence("-b: the value (DIR) is missing: flag needs an argument", "-tb");
	assert_sentence("--bundle: the value is empty", "--bundle=");
	assert_sentence("--bundle: the value is empty", "--bundle", "");
	assert_sentence("--tty: 'yes' is not true or false", "--tty=yes");
	assert_sentence("-t: 'yes' is not true or false", "-t=yes");
	assert_sentence("--format: 'xml' is not one of table|json", "--format", "xml");
	assert_sentence("--format: 'table|json' is not one of table|json", "--format=table|json");
}

static void counts_are_whole_numbers_in_range(void **state)
{
	cleanup_reading struct reading most = { 0 };

	(void)state;
	READ(&most, false, "--fds", "1048576");
	assert_int_equal(most.result, 0);
	assert_int_equal(most.values.fds, OPTION_COUNT_MAX);
	assert_sentence("--fds: '1048577' is not a number from 0 to 1048576", "--fds", "1048577");
	assert_sentence("--fds: '-1' is not a number from 0 to 1048576", "--fds", "-1");
	assert_sentence("--fds: '3x' is not a number from 0 to 1048576", "--fds=3x");
	assert_sentence("--fds: ' 3' is not a number from 0 to 1048576", "--fds= 3");
	assert_sentence("--fds: '99999999999999999999' is not a number from 0 to 1048576",
		"--fds=99999999999999999999");
}

static void numbers_know_no_limit(void **state)
{
	cleanup_reading struct reading r = { 0 };

	(void)state;
	READ(&r, false, "--number", "-1");
	assert_int_equal(r.result, 0);
	assert_true(r.values.number.given && !r.values.bytes.given);
	assert_int_equal(r.values.number.value, -1);
#define NOT_A_NUMBER "' is not a number, or -1 for no limit"
	assert_sentence("--number: '-2" NOT_A_NUMBER, "--number=-2");
	assert_sentence("--number: '1k" NOT_A_NUMBER, "--number", "1k");
	assert_sentence("-n: '9223372036854775808" NOT_A_NUMBER, "-n", "9223372036854775808");
}

static void bytes_take_units(void **state)
{
	static const struct {
		char *text;
		int64_t value;
	} cases[] = {
		{ "0", 0 },
		{ "-1", -1 },
		{ "512", 512 },
		{ "512k", 512 * 1024 },
		{ "512M", 512 * 1024 * 1024 },
		{ "2gb", INT64_C(2) << 30 },
		{ "3TiB", INT64_C(3) << 40 },
		{ "8388607t", INT64_C(8388607) << 40 },
	};
	static char *const wrong[] = { "k", "1 k", "1kk", "1.5g", "-1k", "1x", "1b", "8388608t",
		"-2", "99999999999999999999k" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		cleanup_reading struct reading r = { 0 };

		READ(&r, false, "--bytes", cases[i].text);
		assert_int_equal(r.result, 0);
		assert_true(r.values.bytes.given);
		assert_int_equal(r.values.bytes.value, cases[i].value);
	}
	for (size_t i = 0; i < ARRAY_LENGTH(wrong); i++) {
		cleanup_reading struct reading r = { 0 };

		READ(&r, false, "--bytes", wrong[i]);
		assert_int_equal(r.result, -1);
		assert_non_null(strstr(r.err.text, "is not a number of bytes as in"));
	}
}

static void global_options_have_no_command_in_their_sentence(void **state)
{
	struct global_values values = { 0 };
	const struct option_set set = { .rows = global_options, .values = &values };
	cleanup_operands struct operands operands = { 0 };
	struct error err = { 0 };
	char *words[] = { "--nope", NULL };

	(void)state;
	assert_int_equal(options_parse(&set, words, &operands, &err), -1);
	assert_string_equal(err.text, "unknown option '--nope'; see 'elsewhen --help'");
}

/* Every row can be spelled in one way only, and says what it does. */
static void check_table(const char *command, const struct option_spec *table)
{
	for (const struct option_spec *row = table; row->name; row++) {
		bool flag = row->kind == OPTION_FLAG || row->kind == OPTION_TRISTATE;

		if (strlen(row->name) < 2 || text_equal(row->name, "help") || row->letter == 'h' ||
			!*row->help || flag != !row->argument)
			fail_msg("%s: --%s is a bad row", command, row->name);
		for (const struct option_spec *other = table; other < row; other++) {
			if (text_equal(row->name, other->name) ||
				(row->letter && row->letter == other->letter))
				fail_msg(
					"%s: --%s and --%s clash", command, row->name, other->name);
		}
	}
}

static void every_command_is_complete(void **state)
{
	int count = 0;

	(void)state;
	check_table("elsewhen", global_options);
	for (const struct command *const *next = commands; *next; next++, count++) {
		const struct command *command = *next;
		struct error err = { 0 };

		assert_ptr_equal(command_find(command->name, &err), command);
		assert_non_null(command->run);
		assert_true(*command->summary && *command->description && *command->example);
		assert_non_null(strstr(command->example, "elsewhen"));
		assert_int_equal(command->operands_max == 0, !*command->operands);
		check_table(command->name, command->options);
		/* Whoever has options has somewhere to put them. */
		assert_true(command->values || !command->options[0].name);
	}
	assert_int_equal(count, 19);
}

static void an_unknown_command_is_named(void **state)
{
	struct error err = { 0 };

	(void)state;
	assert_null(command_find("strat", &err));
	assert_string_equal(err.text, "unknown command 'strat'; see 'elsewhen --help'");
}

static void operands_are_counted(void **state)
{
	static const struct {
		const struct command *command;
		char *words[4];
		const char *sentence;
	} cases[] = {
		{ &command_start, { NULL },
			"start: too few operands: it takes ID, and 0 were given; see "
			"'elsewhen start --help'" },
		{ &command_kill, { "a", "9", "c" },
			"kill: too many operands: it takes ID [SIGNAL], and 3 were given; see "
			"'elsewhen kill --help'" },
		{ &command_list, { "a" }, "list: takes no operand, but 'a' was given" },
		{ &command_kill, { "a", "SIGNONE" },
			"kill: unknown signal 'SIGNONE'; give a number or a name of signal(7)" },
		{ &command_exec, { "a" }, "exec: give a command after the ID, or --process FILE" },
	};
	const struct container_runtime runtime = { .root = "/nonexistent" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct error err = { 0 };
		int exit_status = -7;

		assert_int_equal(command_invoke(cases[i].command, &runtime, cases[i].words,
					 &exit_status, &err),
			-1);
		assert_string_equal(err.text, cases[i].sentence);
		assert_int_equal(exit_status, -7);
	}
}

static void the_root_is_absolute_and_follows_the_caller(void **state)
{
	struct global_values values = { .root = "some/where", .rootless = GLOBAL_ROOTLESS_TRUE };
	struct container_runtime runtime = { 0 };
	cleanup_text struct text expected = { 0 };
	cleanup_free char *cwd = getcwd(NULL, 0);
	cleanup_free char *given = NULL, *standard = NULL;
	struct error err = { 0 };

	(void)state;
	text_printf(&expected, "%s/some/where", cwd);
	assert_int_equal(global_make_runtime(&values, &runtime, &err), 0);
	given = runtime.root;
	assert_string_equal(given, expected.data);
	assert_true(runtime.rootless);
	values = (struct global_values){ .rootless = GLOBAL_ROOTLESS_FALSE,
		.cgroup_manager = CONTAINER_CGROUPS_DISABLED };
	assert_int_equal(global_make_runtime(&values, &runtime, &err), 0);
	standard = runtime.root;
	assert_int_equal(standard[0], '/');
	assert_non_null(strstr(standard, "/elsewhen"));
	assert_false(runtime.rootless);
	assert_int_equal(runtime.cgroups, CONTAINER_CGROUPS_DISABLED);
}

static void both_options_ask_for_the_systemd_driver(void **state)
{
	const struct global_values asked[] = {
		{ .systemd_cgroup = true },
		{ .cgroup_manager = CONTAINER_CGROUPS_BY_SYSTEMD },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(asked); i++) {
		struct container_runtime runtime = { 0 };
		struct error err = { 0 };

		assert_int_equal(global_make_runtime(&asked[i], &runtime, &err), 0);
		assert_int_equal(runtime.cgroups, CONTAINER_CGROUPS_BY_SYSTEMD);
		free(runtime.root);
	}
}

static void preserved_descriptors_must_be_the_callers(void **state)
{
	struct error err = { 0 };
	cleanup_close int ours = open("/dev/null", O_RDONLY | O_CLOEXEC);

	(void)state;
	assert_true(ours > STDERR_FILENO);
	assert_int_equal(descriptors_check_preserved(0, &err), 0);
	assert_int_equal(descriptors_check_preserved(ours - STDERR_FILENO, &err), -1);
	assert_int_equal(err.code, EBADF);
	assert_non_null(strstr(err.text, "closed"));
}

/* bundle/ has a config.json and empty/ has none; the working directory is between them. */
static char directory[] = "/tmp/elsewhen-test_options-XXXXXX";

static int enter_directory(void **state)
{
	cleanup_close int fd = -1;

	(void)state;
	if (!mkdtemp(directory) || chdir(directory) < 0 || mkdir(".b un", 0700) < 0 ||
		mkdir("empty", 0700) < 0)
		return -1;
	fd = open(".b un/config.json", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	return fd < 0 ? -1 : 0;
}

static int leave_directory(void **state)
{
	(void)state;
	unlink(".b un/config.json");
	rmdir(".b un");
	rmdir("empty");
	return chdir("/") < 0 ? -1 : rmdir(directory);
}

static void bundles_are_told_from_ids(void **state)
{
	(void)state;
	assert_true(bundle_operand_is_bundle(".b un"));
	assert_true(bundle_operand_is_bundle("./empty"));
	assert_true(bundle_operand_is_bundle("/no/such"));
	assert_false(bundle_operand_is_bundle("empty"));
	assert_false(bundle_operand_is_bundle("nothing"));
	assert_false(bundle_operand_is_bundle("."));
	assert_int_equal(chdir(".b un"), 0);
	assert_true(bundle_operand_is_bundle("."));
	/* Here a plain word is an ID, even if it names a bundle as well. */
	assert_int_equal(mkdir("inner", 0700), 0);
	assert_int_equal(symlink("../config.json", "inner/config.json"), 0);
	assert_false(bundle_operand_is_bundle("inner"));
	assert_true(bundle_operand_is_bundle("inner/"));
	unlink("inner/config.json");
	rmdir("inner");
	assert_int_equal(chdir(".."), 0);
}

static void an_id_is_made_from_the_name(void **state)
{
	cleanup_free char *id = NULL, *root_id = NULL, *none = NULL;
	struct error err = { 0 };
	char expected[64];

	(void)state;
	snprintf(expected, sizeof(expected), "_b_un-%d", (int)getpid());
	assert_int_equal(bundle_operand_make_id(".b un/", &id, &err), 0);
	assert_string_equal(id, expected);
	snprintf(expected, sizeof(expected), "-%d", (int)getpid());
	assert_int_equal(bundle_operand_make_id("/", &root_id, &err), 0);
	assert_string_equal(root_id, expected);
	assert_int_equal(bundle_operand_make_id("no/such", &none, &err), -1);
	assert_string_equal(err.text, "bundle 'no/such': No such file or directory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(long_options_take_both_forms),
		cmocka_unit_test(short_options_take_all_forms),
		cmocka_unit_test(flags_can_be_said_false),
		cmocka_unit_test(a_tristate_knows_when_it_is_absent),
		cmocka_unit_test(one_dash_does_for_two),
		cmocka_unit_test(a_value_may_look_like_an_option),
		cmocka_unit_test(two_dashes_end_the_options),
		cmocka_unit_test(in_order_the_first_operand_ends_the_options),
		cmocka_unit_test(help_ends_the_reading),
		cmocka_unit_test(wrong_options_get_their_sentence),
		cmocka_unit_test(counts_are_whole_numbers_in_range),
		cmocka_unit_test(numbers_know_no_limit),
		cmocka_unit_test(bytes_take_units),
		cmocka_unit_test(global_options_have_no_command_in_their_sentence),
		cmocka_unit_test(every_command_is_complete),
		cmocka_unit_test(an_unknown_command_is_named),
		cmocka_unit_test(operands_are_counted),
		cmocka_unit_test(the_root_is_absolute_and_follows_the_caller),
		cmocka_unit_test(both_options_ask_for_the_systemd_driver),
		cmocka_unit_test(preserved_descriptors_must_be_the_callers),
		cmocka_unit_test(bundles_are_told_from_ids),
		cmocka_unit_test(an_id_is_made_from_the_name),
	};

	return cmocka_run_group_tests_name("options", tests, enter_directory, leave_directory);
}
