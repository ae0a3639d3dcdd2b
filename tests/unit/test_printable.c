/* SPDX-License-Identifier: Apache-2.0 */
/* What is escaped before it reaches a terminal or a log, and what is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/printable.h"

static void check(const char *text, enum printable_style style, const char *expected)
{
	cleanup_text struct text added = { 0 };
	char copied[1024];
	size_t length = printable_copy(copied, text, strlen(text), style);

	assert_string_equal(copied, expected);
	assert_int_equal(length, strlen(expected));
	printable_add(&added, text, strlen(text), style);
	assert_string_equal(added.data ? added.data : "", expected);
}

static void ordinary_text_stays(void **state)
{
	static const char *const texts[] = { "", "plain 'words' -- 100 %", "Gr\u00fc\u00dfe",
		"\u65e5\u672c\u8a9e", "\u0639\u0631\u0628\u064a", "\u05e2\u05d1\u05e8\u05d9\u05ea",
		"\U0001f6a2\u200d\U0001f433", "e\u0301", "\u00a0\u20ac" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		check(texts[i], PRINTABLE_TERMINAL, texts[i]);
		check(texts[i], PRINTABLE_DOCUMENT, texts[i]);
	}
}

static void controls_are_escaped(void **state)
{
	(void)state;
	check("a\nb\tc\rd\be\f", PRINTABLE_TERMINAL, "a\\nb\\tc\\rd\\be\\f");
	check("\033[2J\007\177", PRINTABLE_TERMINAL, "\\x1b[2J\\x07\\x7f");
	check("\033[2J\007\177", PRINTABLE_JSON, "\\u001b[2J\\u0007\\u007f");
	/* CSI as one character (C1), in UTF-8 and as a bare byte. */
	check("\xc2\x9b"
	      "31m",
		PRINTABLE_TERMINAL, "\\u009b31m");
	check("\x9b"
	      "31m",
		PRINTABLE_TERMINAL, "\\x9b31m");
	check("\x9b"
	      "31m",
		PRINTABLE_JSON, "\\ufffd31m");
}

static void directions_are_escaped(void **state)
{
	(void)state;
	check("gp.\u202Eexe\u202C", PRINTABLE_TERMINAL, "gp.\\u202eexe\\u202c");
	check("\u2066\u2069\u200e\u200f\u061c\u2028\u2029", PRINTABLE_TERMINAL,
		"\\u2066\\u2069\\u200e\\u200f\\u061c\\u2028\\u2029");
}

/* Overlong forms, surrogates, what is above U+10FFFF, and what ends too early. */
static void bytes_that_are_no_utf8_are_escaped(void **state)
{
	(void)state;
	check("\xc0\x8a", PRINTABLE_TERMINAL, "\\xc0\\x8a");
	check("\xe0\x80\x8a", PRINTABLE_TERMINAL, "\\xe0\\x80\\x8a");
	check("\xed\xa0\x80", PRINTABLE_TERMINAL, "\\xed\\xa0\\x80");
	check("\xf4\x90\x80\x80", PRINTABLE_TERMINAL, "\\xf4\\x90\\x80\\x80");
	check("\xff\xfe", PRINTABLE_TERMINAL, "\\xff\\xfe");
	check("cut\xe2\x80", PRINTABLE_TERMINAL, "cut\\xe2\\x80");
	check("\xe2\x80"
	      "x",
		PRINTABLE_TERMINAL, "\\xe2\\x80x");
}

static void a_string_of_json_is_quoted(void **state)
{
	(void)state;
	check("say \"no\" \\ \n", PRINTABLE_JSON, "say \\\"no\\\" \\\\ \\n");
	check("{\n\t\"a\": \"\\n\xc2\x85\"\n}\n", PRINTABLE_DOCUMENT,
		"{\n\t\"a\": \"\\n\\u0085\"\n}\n");
}

/* The worst case fits, which is what callers reserve. */
static void growth_is_bounded(void **state)
{
	char text[64], output[sizeof(text) * PRINTABLE_GROWTH + 1];

	(void)state;
	for (int byte = 1; byte < 256; byte++) {
		memset(text, byte, sizeof(text));
		assert_true(printable_copy(output, text, sizeof(text), PRINTABLE_TERMINAL) <
			    sizeof(output));
		assert_true(printable_copy(output, text, sizeof(text), PRINTABLE_JSON) <
			    sizeof(output));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ordinary_text_stays),
		cmocka_unit_test(controls_are_escaped),
		cmocka_unit_test(directions_are_escaped),
		cmocka_unit_test(bytes_that_are_no_utf8_are_escaped),
		cmocka_unit_test(a_string_of_json_is_quoted),
		cmocka_unit_test(growth_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
