/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes descriptors.json: what is taken and needs no escape is read back as the same. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "oci/descriptors_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool right)
{
	if (!right)
		abort();
}

static bool is_plain(const char *string)
{
	for (; *string; string++)
		if (*string < ' ' || *string > '~' || *string == '"' || *string == '\\')
			return false;
	return true;
}

static void check_again(const struct strv *descriptors)
{
	cleanup_text struct text json = { 0 };
	cleanup_strv struct strv again = { 0 };
	struct error err = { 0 };

	for (size_t i = 0; i < descriptors->length; i++)
		if (!is_plain(descriptors->items[i]))
			return;
	oci_descriptors_format(descriptors, &json);
	require(oci_descriptors_parse(json.data, json.length, &again, &err) == 0);
	require(again.length == descriptors->length);
	for (size_t i = 0; i < again.length; i++)
		require(strcmp(again.items[i], descriptors->items[i]) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_strv struct strv descriptors = { 0 };
	struct error err = { 0 };

	if (oci_descriptors_parse((const char *)data, size, &descriptors, &err) < 0)
		require(err.code != 0 && *err.text && descriptors.length == 0);
	else
		check_again(&descriptors);
	return 0;
}
