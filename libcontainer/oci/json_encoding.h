/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of a JSON document before anything is made of them, and how sentences show some. */
#ifndef OCI_JSON_ENCODING_H
#define OCI_JSON_ENCODING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/*
 * Refuses what a lenient parser would let through or mend: bytes that are no UTF-8 (RFC 3629: no
 * overlong form, no surrogate, nothing above U+10FFFF), half a surrogate pair in \u escapes,
 * control characters other than tab and the line ends.
 */
int json_check_encoding(const char *data, size_t length, struct error *err);

/*
 * Puts "line L, byte B: " for the byte at `offset` of the document before what is set already. -1.
 */
int json_error_place(struct error *err, const char *data, size_t offset);

/*
 * True when the UTF-8 text has a control character of ASCII or of Latin-1, which a terminal obeys.
 */
bool json_has_control(const char *text, size_t length);

/* A part of hostile text that is fit for a sentence: short, with no control character. */
#define JSON_EXCERPT_SIZE 64
const char *json_excerpt(const char *text, size_t length, char buffer[JSON_EXCERPT_SIZE]);

#endif
