/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/descriptors_file.h"

#include "oci/json.h"
#include "oci/json_reader.h"

struct descriptors_list {
	struct oci_strings descriptors;
};

void oci_descriptors_format(const struct strv *descriptors, struct text *json)
{
	text_add(json, "[");
	for (size_t i = 0; i < descriptors->length; i++)
		text_printf(json, "%s\"%s\"", i ? "," : "", descriptors->items[i]);
	text_add(json, "]");
}

/* The reader reads objects; the file is a bare array. */
int oci_descriptors_parse(
	const char *json, size_t length, struct strv *descriptors, struct error *err)
{
	static const struct json_property properties[] = {
		JSON_STRINGS("descriptors", struct descriptors_list, descriptors, .required = true),
	};
	static const struct json_table table = { JSON_TABLE(properties) };
	cleanup_text struct text object = { 0 };
	struct descriptors_list list = { 0 };
	struct arena arena = { 0 };
	int result;

	text_add(&object, "{\"descriptors\":");
	text_add_bytes(&object, json, length);
	text_add(&object, "}");
	result = json_read(object.data, object.length, &table, &list, &arena, NULL, err);
	for (size_t i = 0; result == 0 && i < list.descriptors.length; i++)
		strv_add(descriptors, list.descriptors.items[i]);
	arena_free(&arena);
	return result;
}
