/* SPDX-License-Identifier: Apache-2.0 */
#include "container/operator.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/text.h"
#include "oci/operator_settings.h"

static int operator_load(const struct container_runtime *runtime,
	struct oci_operator_settings *settings, struct error *err)
{
	cleanup_free char *json = NULL;
	ssize_t length;

	*settings = (struct oci_operator_settings){ 0 };
	length = io_read_file(AT_FDCWD, runtime->config, &json, OCI_OPERATOR_SETTINGS_SIZE_MAX);
	if (length == -ENOENT && !runtime->config_given)
		return 0;
	if (length < 0)
		return error_file(err, (int)-length, "--config: read '%s'", runtime->config);
	if (oci_operator_settings_parse(json, (size_t)length, settings, err) < 0)
		return error_prefix(err, "%s", runtime->config);
	return 0;
}

int operator_allows_other_seccomp(
	const struct container_runtime *runtime, bool *allows, struct error *err)
{
	cleanup_oci_operator_settings struct oci_operator_settings settings = { 0 };

	if (operator_load(runtime, &settings, err) < 0)
		return -1;
	*allows = settings.allow_other_seccomp;
	return 0;
}

static bool operator_matches(char *const *prefixes, size_t length, const char *name)
{
	for (size_t i = 0; i < length; i++)
		if (text_starts_with(name, prefixes[i]))
			return true;
	return false;
}

/* "a,b": each word of the list is a prefix. */
static bool operator_listed(const char *list, const char *name)
{
	while (*list) {
		size_t length = strcspn(list, ",");

		if (length > 0 && strncmp(name, list, length) == 0)
			return true;
		list += length;
		list += *list == ',';
	}
	return false;
}

static int operator_check(const struct container_runtime *runtime,
	const struct oci_operator_settings *settings, const char *name, struct error *err)
{
	const struct oci_strings *honoured = &settings->honoured_annotations;

	if (honoured->set && !operator_matches(honoured->items, honoured->length, name))
		return error_set(err, EPERM,
			"annotations.%s: is not honoured on this machine (honouredAnnotations in "
			"%s)",
			name, runtime->config);
	if (runtime->honoured_annotations && !operator_listed(runtime->honoured_annotations, name))
		return error_set(err, EPERM,
			"annotations.%s: is not honoured on this machine (--honoured-annotations)",
			name);
	return 0;
}

int operator_check_annotations(const struct container_runtime *runtime,
	const struct oci_config *config, const char *const *names, struct error *err)
{
	cleanup_oci_operator_settings struct oci_operator_settings settings = { 0 };
	bool loaded = false;

	for (; *names; names++) {
		if (!oci_config_annotation(config, *names))
			continue;
		if (!loaded && operator_load(runtime, &settings, err) < 0)
			return -1;
		loaded = true;
		if (operator_check(runtime, &settings, *names, err) < 0)
			return -1;
	}
	return 0;
}

int operator_allows_pod_clock(
	const struct container_runtime *runtime, const char *sandbox, struct error *err)
{
	cleanup_oci_operator_settings struct oci_operator_settings settings = { 0 };

	if (operator_load(runtime, &settings, err) < 0)
		return -1;
	for (size_t i = 0; i < settings.pod_clocks.length; i++)
		if (text_equal(settings.pod_clocks.items[i], sandbox))
			return 1;
	return 0;
}
