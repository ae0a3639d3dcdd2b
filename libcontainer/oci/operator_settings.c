/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/operator_settings.h"

#include <errno.h>

#include "oci/json_reader.h"

static int settings_refuse_unknown(const char *name, struct error *err)
{
	return error_set(err, EINVAL, "'%s' is no setting of elsewhen", name);
}

static const struct json_property settings_properties[] = {
	JSON_STRINGS("honouredAnnotations", struct oci_operator_settings, honoured_annotations),
	JSON_STRINGS("podClocks", struct oci_operator_settings, pod_clocks),
	JSON_BOOL("allowOtherSeccomp", struct oci_operator_settings, allow_other_seccomp),
};
static const struct json_table settings_table = {
	JSON_TABLE(settings_properties),
	.unknown = settings_refuse_unknown,
};

int oci_operator_settings_parse(
	const char *data, size_t length, struct oci_operator_settings *settings, struct error *err)
{
	*settings = (struct oci_operator_settings){ 0 };
	if (json_read(data, length, &settings_table, settings, &settings->arena, NULL, err) == 0)
		return 0;
	oci_operator_settings_free(settings);
	return -1;
}

void oci_operator_settings_free(struct oci_operator_settings *settings)
{
	arena_free(&settings->arena);
	*settings = (struct oci_operator_settings){ 0 };
}
