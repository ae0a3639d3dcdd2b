/* SPDX-License-Identifier: Apache-2.0 */
#include "container/scope_properties.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "container/operator.h"
#include "linux/systemd_value.h"

#define NAME_LENGTH_MIN 3
#define MICROSECONDS 1000000
#define SECONDS_MAX (UINT64_MAX / MICROSECONDS)

static bool scope_is_name(const char *name)
{
	size_t length = strlen(name);

	for (size_t i = 0; i < length; i++)
		if (!isalnum((unsigned char)name[i]))
			return false;
	return length >= NAME_LENGTH_MIN && isupper((unsigned char)name[0]);
}

/* Where the cgroup is and who is in it is what config.json and the caller say. */
static bool scope_is_ours(const char *name)
{
	static const char *const ours[] = { "ControlGroup", "Delegate", "DelegateControllers",
		"DelegateSubgroup", "PIDFDs", "PIDs", "Scope", "Slice" };

	for (size_t i = 0; i < ARRAY_LENGTH(ours); i++)
		if (text_equal(name, ours[i]))
			return true;
	return false;
}

/* "TimeoutStopSec", but not "TimeoutStopUSec". */
static bool scope_is_seconds(const char *name)
{
	size_t length = strlen(name);

	return length > 3 && text_equal(name + length - 3, "Sec") &&
	       islower((unsigned char)name[length - 4]);
}

static int scope_convert_seconds(struct arena *arena, struct systemd_property *property)
{
	uint64_t microseconds;

	switch (property->type) {
	case SYSTEMD_DOUBLE:
		if (property->real < 0 || property->real >= (double)SECONDS_MAX)
			return -ERANGE;
		microseconds = (uint64_t)(property->real * MICROSECONDS);
		break;
	case SYSTEMD_I16:
	case SYSTEMD_I32:
	case SYSTEMD_I64:
	case SYSTEMD_U16:
	case SYSTEMD_U32:
	case SYSTEMD_U64:
		if (property->number > SECONDS_MAX)
			return -ERANGE;
		microseconds = property->number * MICROSECONDS;
		break;
	default:
		return -EINVAL;
	}
	property->name = arena_printf(
		arena, "%.*sUSec", (int)(strlen(property->name) - strlen("Sec")), property->name);
	property->type = SYSTEMD_U64;
	property->number = microseconds;
	return 0;
}

static int scope_read(struct arena *arena, const char *key, const char *value,
	struct systemd_property *property, struct error *err)
{
	const char *name = key + strlen(SCOPE_PROPERTY_PREFIX);

	if (!scope_is_name(name))
		return error_set(err, EINVAL,
			"annotations.%s: '%s' is no name of a property of systemd's", key, name);
	if (scope_is_ours(name))
		return error_set(err, EINVAL,
			"annotations.%s: the container's cgroup depends on %s, which is not to be "
			"set",
			key, name);
	*property = (struct systemd_property){ .name = name };
	if (systemd_value_parse(value, arena, property) < 0)
		return error_set(err, EINVAL,
			"annotations.%s: '%s' is no value as systemd's bus takes it, such as true, "
			"uint64 5, 'text' or ['a', 'b']",
			key, value);
	if (scope_is_seconds(name) && scope_convert_seconds(arena, property) < 0)
		return error_set(
			err, EINVAL, "annotations.%s: '%s' is no number of seconds", key, value);
	return 0;
}

static int scope_check_operator(const struct container_runtime *runtime,
	const struct oci_config *config, const char *key, struct error *err)
{
	const char *const names[] = { key, NULL };

	return operator_check_annotations(runtime, config, names, err);
}

int scope_properties_add(const struct container_runtime *runtime, struct oci_config *config,
	struct systemd_unit *unit, struct error *err)
{
	const struct oci_map *annotations = &config->annotations;
	struct systemd_property *properties =
		arena_alloc(&config->arena, (annotations->length + 1) * sizeof(*properties));
	size_t length = 0;

	for (size_t i = 0; i < annotations->length; i++) {
		const char *key = annotations->items[i].key;

		if (!text_starts_with(key, SCOPE_PROPERTY_PREFIX))
			continue;
		if (scope_check_operator(runtime, config, key, err) < 0 ||
			scope_read(&config->arena, key, annotations->items[i].value,
				&properties[length], err) < 0)
			return -1;
		length++;
	}
	unit->properties = properties;
	unit->properties_length = length;
	return 0;
}
