/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables against the schema: every property of runtime-spec is read or named as unsupported,
 * and the tables have nothing that the schema has not.
 */
#include "test_config.h"

#include <stdio.h>

#include "oci/config_tables.h"

static const struct json_property *find_in_table(
	const struct json_table *table, const char *name, size_t length)
{
	for (size_t i = 0; table && i < table->length; i++) {
		const char *known = table->properties[i].name;

		if (strlen(known) == length && memcmp(known, name, length) == 0)
			return &table->properties[i];
	}
	return NULL;
}

/* What stands behind the name in properties.txt when the path goes on below the property. */
static const char *below_suffix(const struct json_property *property)
{
	switch (property->kind) {
	case JSON_KIND_OBJECTS:
		return "[]";
	case JSON_KIND_NAMED_OBJECTS:
		return "{}";
	default:
		return "";
	}
}

/* "linux.seccomp.syscalls[].names" */
static const struct json_property *find_property(const char *path)
{
	const struct json_table *table = &oci_config_table;
	const struct json_property *property = NULL;

	while (*path) {
		size_t part = strcspn(path, "."), name = strcspn(path, ".[{");
		const char *suffix = path + name;

		property = find_in_table(table, path, name);
		path += part;
		if (!property || *path == '\0')
			return property;
		if (strlen(below_suffix(property)) != part - name ||
			!text_starts_with(suffix, below_suffix(property)))
			return NULL;
		path++;
		table = property->table;
	}
	return property;
}

/* The lines of properties.txt that are no comments, as a list. */
static void read_properties(struct strv *properties)
{
	cleanup_free char *data = NULL;
	char *rest;

	test_data_read("properties.txt", &data);
	rest = data;
	for (char *line = strsep(&rest, "\n"); line; line = strsep(&rest, "\n")) {
		if (*line && *line != '#')
			strv_add(properties, line);
	}
}

static void no_property_is_unknown(void **state)
{
	cleanup_strv struct strv properties = { 0 };
	size_t read = 0, unsupported = 0, unknown = 0;

	(void)state;
	read_properties(&properties);
	for (size_t i = 0; i < properties.length; i++) {
		const struct json_property *property = find_property(properties.items[i]);

		if (!property) {
			print_error("%s: unknown\n", properties.items[i]);
			unknown++;
		} else if (property->platform) {
			print_message("%s: unsupported, of %s\n", properties.items[i],
				property->platform);
			unsupported++;
		} else {
			read++;
		}
	}
	print_message(
		"%zu read, %zu named as unsupported, %zu unknown\n", read, unsupported, unknown);
	assert_int_equal(unknown, 0);
	/* As counted in the schema of runtime-spec 1.3. */
	assert_int_equal(unsupported, 7);
	assert_int_equal(read, 221);
}

static bool is_listed(const struct strv *properties, const char *path)
{
	for (size_t i = 0; i < properties->length; i++) {
		if (strcmp(properties->items[i], path) == 0)
			return true;
	}
	return false;
}

/* The tables are a tree four levels deep. */
static size_t count_invented(
	const struct json_table *table, const char *prefix, const struct strv *properties)
{
	size_t invented = 0;

	for (size_t i = 0; i < table->length; i++) {
		const struct json_property *property = &table->properties[i];
		cleanup_text struct text path = { 0 };

		text_printf(&path, "%s%s", prefix, property->name);
		if (!is_listed(properties, path.data)) {
			print_error("%s: not in the schema\n", path.data);
			invented++;
		}
		if (!property->table)
			continue;
		text_printf(&path, "%s.", below_suffix(property));
		invented += count_invented(property->table, path.data, properties);
	}
	return invented;
}

static void no_property_is_invented(void **state)
{
	cleanup_strv struct strv properties = { 0 };

	(void)state;
	read_properties(&properties);
	assert_int_equal(count_invented(&oci_config_table, "", &properties), 0);
}

static void wrong_paths_are_not_found(void **state)
{
	static const char *const paths[] = { "linux.seccomp.syscalls.names", "linux[].seccomp",
		"process.user.uid.x", "mount", "mountss", "mounts{}.type", "linux..seccomp" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(paths); i++)
		assert_null(find_property(paths[i]));
	assert_non_null(find_property("linux.seccomp.syscalls[].names"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_property_is_unknown),
		cmocka_unit_test(no_property_is_invented),
		cmocka_unit_test(wrong_paths_are_not_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
