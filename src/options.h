/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Command line options as a table: a row says how one is spelled, where it goes and what it does.
 */
#ifndef SRC_OPTIONS_H
#define SRC_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum option_kind {
	OPTION_FLAG,     /* bool: --name, --name=true or --name=false */
	OPTION_TRISTATE, /* struct option_tristate: a flag that is also told apart when absent */
	OPTION_STRING,   /* const char *: not empty, not owned; the last one wins */
	OPTION_STRINGS,  /* struct strv: every one, in order */
	OPTION_COUNT,    /* int: 0 .. OPTION_COUNT_MAX */
	OPTION_NUMBER,   /* struct option_number: from -1, which is "no limit", to 2^63-1 */
	OPTION_BYTES,    /* struct option_number: the same, and k, m, g, t behind it: times 1024 */
	OPTION_CHOICE,   /* int: which of the words in `argument` ("text|json") it was, from 0 */
};

#define OPTION_COUNT_MAX (1 << 20) /* the kernel's fs.nr_open: no process has more fds */

struct option_tristate {
	bool given, value;
};

struct option_number {
	bool given;
	int64_t value;
};

struct option_spec {
	const char *name;
	char letter; /* 0: it has only the long form */
	enum option_kind kind;
	size_t offset;        /* in the struct of values */
	const char *argument; /* as --help shows it; NULL for flags */
	const char *help;
};

/* One table with what belongs to it. */
struct option_set {
	const char *command;            /* NULL for the options before the command */
	const struct option_spec *rows; /* ends with a row without a name */
	void *values;
	bool in_order; /* the first operand ends the options: what follows is another's command line */
};

/* What remains once the options are taken out. */
struct operands {
	char **items; /* NULL-terminated; points into argv */
	int count;
	bool help; /* --help or -h was found, and nothing behind it was read */
};

/*
 * Takes `words` (NULL-terminated, without the program's name) apart: --name VALUE, --name=VALUE,
 * -n VALUE, -nVALUE, flags in one group (-td), and -name for --name, as programs in Go spell it.
 * "--" ends the options; "-" is an operand.
 */
int options_parse(const struct option_set *set, char *const *words, struct operands *operands,
	struct error *err);

void operands_free(struct operands *operands);
#define cleanup_operands __attribute__((cleanup(operands_free)))

#endif
