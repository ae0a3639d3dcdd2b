/* SPDX-License-Identifier: Apache-2.0 */
/* --help and --version: plain text for a terminal of 80 columns. */
#include "help.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

#include "global.h"

/* The build defines it; a file compiled by hand has none. */
#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "unknown"
#endif

#define HELP_WIDTH 80
#define HELP_OPTION_COLUMN_MAX 30

/* Breaks `text` at blanks; the first line continues at `column`, the others begin at `indent`. */
static void help_print_wrapped(const char *text, int indent, int column)
{
	while (*text) {
		int length = (int)strcspn(text, " ");

		if (column > indent && column + 1 + length > HELP_WIDTH) {
			putchar('\n');
			column = 0;
		}
		if (column < indent)
			column += printf("%*s", indent - column, "");
		else if (column > indent)
			column += printf(" ");
		column += printf("%.*s", length, text);
		text += length;
		text += strspn(text, " ");
	}
	putchar('\n');
}

/* One line of a list of two columns; a long first column has a line of its own. */
static void help_print_item(const char *item, const char *text, int indent)
{
	int column = printf("%s", item);

	if (column + 2 > indent) {
		putchar('\n');
		column = 0;
	}
	printf("%*s", indent - column, "");
	help_print_wrapped(text, indent, indent);
}

static void help_add_option(struct text *item, const struct option_spec *option)
{
	if (option->letter)
		text_printf(item, "  -%c, --%s", option->letter, option->name);
	else
		text_printf(item, "      --%s", option->name);
	if (option->argument)
		text_printf(item, " %s", option->argument);
}

static int help_options_indent(const struct option_spec *options)
{
	size_t widest = strlen("  -h, --help");

	for (const struct option_spec *option = options; option->name; option++) {
		cleanup_text struct text item = { 0 };

		help_add_option(&item, option);
		if (item.length > widest && item.length <= HELP_OPTION_COLUMN_MAX)
			widest = item.length;
	}
	return (int)widest + 2;
}

static void help_print_options(const struct option_spec *options)
{
	int indent = help_options_indent(options);

	for (const struct option_spec *option = options; option->name; option++) {
		cleanup_text struct text item = { 0 };

		help_add_option(&item, option);
		help_print_item(item.data, option->help, indent);
	}
	help_print_item("  -h, --help", "print this help", indent);
}

void help_print_program(void)
{
	puts("Usage: elsewhen [options] COMMAND [options of the command]\n");
	help_print_wrapped("An OCI container runtime in which every container can have its own "
			   "CLOCK_MONOTONIC and CLOCK_BOOTTIME (linux.timeOffsets in config.json).",
		0, 0);
	puts("\nCommands:");
	for (const struct command *const *command = commands; *command; command++)
		printf("  %-14s%s\n", (*command)->name, (*command)->summary);
	puts("  help          print this help, or that of a command\n\nOptions:");
	help_print_options(global_options);
	puts("\n'elsewhen COMMAND --help' tells about one command, elsewhen(8) about all.");
}

void help_print_command(const struct command *command)
{
	printf("Usage: elsewhen [global options] %s [options]%s%s\n\n", command->name,
		*command->operands ? " " : "", command->operands);
	help_print_wrapped(command->description, 0, 0);
	puts("\nOptions:");
	help_print_options(command->options);
	printf("\nExample:\n  %s\n", command->example);
}

/* Engines read the first line and the one of the specification. */
void help_print_version(void)
{
	puts("elsewhen version " PACKAGE_VERSION);
#ifdef ELSEWHEN_COMMIT
	puts("commit: " ELSEWHEN_COMMIT);
#endif
	puts("spec: 1.3.0\n+SECCOMP +CAP +YAJL +CRIU +TIMENS");
}
