/* SPDX-License-Identifier: Apache-2.0 */
/* One scalar of a JSON document into one member of a struct. */
#ifndef OCI_JSON_VALUE_H
#define OCI_JSON_VALUE_H

#include "oci/json_reader.h"

/*
 * `kind` is a scalar kind that fits the value's JSON type (elements of a list: the kind of one);
 * `property` has the limits and the names; `member` is the address. On failure the sentence has no
 * path yet.
 */
int json_store_number(enum json_kind kind, const struct json_property *property, void *member,
	const char *text, size_t length, struct error *err);
int json_store_string(enum json_kind kind, const struct json_property *property, void *member,
	struct arena *arena, const char *text, size_t length, struct error *err);
void json_store_bool(enum json_kind kind, void *member, bool value);

#endif
