/* SPDX-License-Identifier: Apache-2.0 */
/* The shapes of single values: paths, names out of a list, interface names. */
#include "oci/validate_rules.h"

#include <ctype.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fatal.h"

int validate_not_empty(const char *where, const char *text, struct error *err)
{
	if (!text)
		return error_set(err, EINVAL, "%s: is required", where);
	return *text ? 0 : error_set(err, EINVAL, "%s: is empty", where);
}

int validate_absolute(const char *where, const char *path, struct error *err)
{
	if (validate_not_empty(where, path, err) < 0)
		return -1;
	if (*path != '/')
		return error_set(err, EINVAL, "%s: '%s' is not an absolute path", where, path);
	return 0;
}

int validate_each_absolute(const char *where, const struct oci_strings *paths, struct error *err)
{
	char element[VALIDATE_WHERE_SIZE];

	for (size_t i = 0; i < paths->length; i++) {
		snprintf(element, sizeof(element), "%s[%zu]", where, i);
		if (validate_absolute(element, paths->items[i], err) < 0)
			return -1;
	}
	return 0;
}

int validate_one_of(
	const char *where, const char *name, const char *const *names, struct error *err)
{
	cleanup_text struct text known = { 0 };

	if (validate_not_empty(where, name, err) < 0)
		return -1;
	for (const char *const *next = names; *next; next++) {
		if (strcmp(*next, name) == 0)
			return 0;
	}
	for (const char *const *next = names; *next; next++)
		text_printf(&known, "%s%s", next == names ? "" : ", ", *next);
	return error_set(err, EINVAL, "%s: '%s' is not one of %s", where, name,
		known.data ? known.data : "no names at all");
}

int validate_each_one_of(const char *where, const struct oci_strings *list,
	const char *const *names, struct error *err)
{
	char element[VALIDATE_WHERE_SIZE];

	for (size_t i = 0; i < list->length; i++) {
		snprintf(element, sizeof(element), "%s[%zu]", where, i);
		if (validate_one_of(element, list->items[i], names, err) < 0)
			return -1;
	}
	return 0;
}

static bool interface_right(const char *name)
{
	if (strlen(name) >= IFNAMSIZ || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return false;
	for (; *name; name++) {
		if (*name == '/' || *name == ':' || isspace((unsigned char)*name))
			return false;
	}
	return true;
}

int validate_interface(const char *where, const char *name, struct error *err)
{
	if (validate_not_empty(where, name, err) < 0)
		return -1;
	if (interface_right(name))
		return 0;
	return error_set(err, EINVAL,
		"%s: '%s' is no name for a network interface (at most %d bytes, no '/', ':' or "
		"blank)",
		where, name, IFNAMSIZ - 1);
}

struct validate_name *validate_names_new(size_t count)
{
	struct validate_name *names = calloc(count ? count : 1, sizeof(*names));

	if (!names)
		fatal_out_of_memory();
	return names;
}

static int compare_names(const void *left, const void *right)
{
	const struct validate_name *a = left, *b = right;
	int order = strcmp(a->name, b->name);

	/* Equal names stay in their order, so that the later one is the one complained of. */
	return order != 0 ? order : (a->index > b->index) - (a->index < b->index);
}

void validate_names_sort(struct validate_name *names, size_t count)
{
	qsort(names, count, sizeof(*names), compare_names);
}
