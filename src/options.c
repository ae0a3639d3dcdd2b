/* SPDX-License-Identifier: Apache-2.0 */
/* Reading options by their table. */
#include "options.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

/* Where in the words we are. */
struct option_cursor {
	const struct option_set *set;
	char *const *next;
	struct error *err;
};

/* How the user spelled an option, for the sentences about it: "--bundle", "-b". */
struct option_spelling {
	const char *text;
	int length;
};

static bool option_is_flag(const struct option_spec *option)
{
	return option->kind == OPTION_FLAG || option->kind == OPTION_TRISTATE;
}

static const struct option_spec *option_by_name(
	const struct option_spec *rows, const char *name, size_t length)
{
	for (; rows->name; rows++) {
		if (strlen(rows->name) == length && memcmp(rows->name, name, length) == 0)
			return rows;
	}
	return NULL;
}

static const struct option_spec *option_by_letter(const struct option_spec *rows, char letter)
{
	for (; rows->name; rows++) {
		if (rows->letter == letter)
			return rows;
	}
	return NULL;
}

static int option_unknown(const struct option_cursor *cursor, struct option_spelling spelling)
{
	const char *command = cursor->set->command;

	return error_set(cursor->err, EINVAL, "unknown option '%.*s'; see 'elsewhen %s%s--help'",
		spelling.length, spelling.text, command ? command : "", command ? " " : "");
}

static int option_read_bool(const char *value, bool *result)
{
	if (!value || text_equal(value, "true"))
		*result = true;
	else if (text_equal(value, "false"))
		*result = false;
	else
		return -EINVAL;
	return 0;
}

/* Finds `value` among words parted by '|'. */
static int option_read_choice(const char *words, const char *value, int *result)
{
	size_t length = strlen(value);

	for (int index = 0;; index++) {
		size_t word_length = strcspn(words, "|");

		if (word_length == length && memcmp(words, value, length) == 0) {
			*result = index;
			return 0;
		}
		if (!words[word_length])
			return -EINVAL;
		words += word_length + 1;
	}
}

static int option_read_number(const char *value, struct option_number *result)
{
	result->given = true;
	if (number_parse_i64(value, &result->value) < 0 || result->value < -1)
		return -EINVAL;
	return 0;
}

/* "512m", "512M", "512mb", "512MiB": engines and people write all of these. */
static int option_read_bytes(const char *value, struct option_number *result)
{
	static const char units[] = "kmgt";
	static const char *const endings[] = { "", "b", "ib" };
	size_t length = strspn(value, "0123456789");
	char digits[24] = "";
	const char *unit = strchr(units, tolower((unsigned char)value[length]));
	bool known = false;

	if (length == 0 || !value[length] || length >= sizeof(digits))
		return option_read_number(value, result);
	for (size_t i = 0; i < ARRAY_LENGTH(endings); i++)
		known |= unit && strcasecmp(value + length + 1, endings[i]) == 0;
	memcpy(digits, value, length);
	if (!known || option_read_number(digits, result) < 0)
		return -EINVAL;
	for (const char *step = units; step <= unit; step++) {
		if (result->value > INT64_MAX / 1024)
			return -ERANGE;
		result->value *= 1024;
	}
	return 0;
}

static int option_assign(const struct option_spec *option, void *target, const char *value)
{
	switch (option->kind) {
	case OPTION_FLAG:
		return option_read_bool(value, target);
	case OPTION_TRISTATE:
		((struct option_tristate *)target)->given = true;
		return option_read_bool(value, &((struct option_tristate *)target)->value);
	case OPTION_STRING:
		*(const char **)target = value;
		return 0;
	case OPTION_STRINGS:
		strv_add(target, value);
		return 0;
	case OPTION_COUNT:
		return number_parse_int(value, 0, OPTION_COUNT_MAX, target);
	case OPTION_NUMBER:
		return option_read_number(value, target);
	case OPTION_BYTES:
		return option_read_bytes(value, target);
	case OPTION_CHOICE:
		return option_read_choice(option->argument, value, target);
	}
	return -EINVAL;
}

/* Puts the value where the row says. `value` is NULL only for a flag. */
static int option_store(const struct option_cursor *cursor, const struct option_spec *option,
	struct option_spelling spelling, const char *value)
{
	static const char *const expected[] = {
		[OPTION_FLAG] = "true or false",
		[OPTION_TRISTATE] = "true or false",
		[OPTION_COUNT] = "a number from 0 to 1048576",
		[OPTION_NUMBER] = "a number, or -1 for no limit",
		[OPTION_BYTES] = "a number of bytes as in 1024, 512m, 2g, or -1 for no limit",
		[OPTION_CHOICE] = "one of ",
	};
	bool choice = option->kind == OPTION_CHOICE;

	if (value && !*value)
		return error_set(cursor->err, EINVAL, "%.*s: the value is empty", spelling.length,
			spelling.text);
	if (option_assign(option, (char *)cursor->set->values + option->offset, value) < 0)
		return error_set(cursor->err, EINVAL, "%.*s: '%s' is not %s%s", spelling.length,
			spelling.text, value, expected[option->kind],
			choice ? option->argument : "");
	return 0;
}

/* Takes the next word as the value where the option wants one and none came attached. */
static int option_take(struct option_cursor *cursor, const struct option_spec *option,
	struct option_spelling spelling, const char *attached)
{
	if (!attached && !option_is_flag(option)) {
		/* podman finds out by the last words whether `restore` has an option. */
		if (!*cursor->next)
			return error_set(cursor->err, EINVAL,
				"%.*s: the value (%s) is missing: flag needs an argument",
				spelling.length, spelling.text, option->argument);
		attached = *cursor->next++;
	}
	return option_store(cursor, option, spelling, attached);
}

/* "-d", "-td", "-bDIR", "-b" "DIR", "-d=false" */
static int option_parse_letters(struct option_cursor *cursor, const char *word)
{
	for (const char *letter = word + 1; *letter; letter++) {
		char text[] = { '-', *letter, '\0' };
		struct option_spelling spelling = { text, 2 };
		const struct option_spec *option = option_by_letter(cursor->set->rows, *letter);
		const char *rest = letter[1] ? letter + 1 : NULL;

		if (!option)
			return option_unknown(
				cursor, (struct option_spelling){ word, (int)strlen(word) });
		if (!option_is_flag(option))
			return option_take(cursor, option, spelling, rest);
		if (rest && *rest == '=')
			return option_take(cursor, option, spelling, rest + 1);
		if (option_take(cursor, option, spelling, NULL) < 0)
			return -1;
	}
	return 0;
}

static int option_parse(struct option_cursor *cursor, const char *word)
{
	bool two_dashes = text_starts_with(word, "--");
	const char *name = word + (two_dashes ? 2 : 1);
	size_t length = strcspn(name, "=");
	const struct option_spec *option = option_by_name(cursor->set->rows, name, length);
	struct option_spelling spelling = { word, (int)(name + length - word) };

	if (option)
		return option_take(
			cursor, option, spelling, name[length] ? name + length + 1 : NULL);
	if (two_dashes)
		return option_unknown(cursor, spelling);
	return option_parse_letters(cursor, word);
}

static size_t words_count(char *const *words)
{
	size_t count = 0;

	while (words[count])
		count++;
	return count;
}

int options_parse(const struct option_set *set, char *const *words, struct operands *operands,
	struct error *err)
{
	struct option_cursor cursor = { .set = set, .next = words, .err = err };
	bool ended = false;

	*operands = (struct operands){ .items = calloc(words_count(words) + 1, sizeof(char *)) };
	if (!operands->items)
		return error_errno(err, ENOMEM, "read the command line");
	while (*cursor.next) {
		char *word = *cursor.next++;

		if (ended || word[0] != '-' || !word[1]) {
			operands->items[operands->count++] = word;
			ended |= set->in_order;
		} else if (text_equal(word, "--")) {
			ended = true;
		} else if (text_equal(word, "--help") || text_equal(word, "-h")) {
			operands->help = true;
			return 0;
		} else if (option_parse(&cursor, word) < 0) {
			return set->command ? error_prefix(err, "%s", set->command) : -1;
		}
	}
	return 0;
}

void operands_free(struct operands *operands)
{
	free(operands->items);
	operands->items = NULL;
}
