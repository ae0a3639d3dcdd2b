/* SPDX-License-Identifier: Apache-2.0 */
#include "container/clock_request.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "container/clock_source.h"
#include "container/operator.h"
#include "linux/clock_policy.h"

#define ANNOTATION_MONOTONIC "elsewhen.dev/monotonic"
#define ANNOTATION_BOOTTIME "elsewhen.dev/boottime"
#define ANNOTATION_CRUN "run.oci.timens_offset"

#define WHERE_CLOCK "annotations." CLOCK_ANNOTATION

const char *const clock_kind_names[] = { "host", "private", "path", "pod" };

const char *const clock_annotations[] = { CLOCK_ANNOTATION, ANNOTATION_MONOTONIC,
	ANNOTATION_BOOTTIME, ANNOTATION_CRUN, CLOCK_ANNOTATION_RESTORE, NULL };

static int clock_take(struct clock_wish *wish, const char *where, const struct timens_value *value,
	struct error *err)
{
	if (value->kind == TIMENS_VALUE_NONE)
		return 0;
	if (wish->where)
		return error_set(err, EINVAL,
			"%s: the same clock is set by %s already; leave one of them out", where,
			wish->where);
	*wish = (struct clock_wish){ where, *value };
	return 0;
}

static int clock_take_text(
	struct clock_wish *wish, const char *where, const char *text, struct error *err)
{
	struct timens_value value;
	int result;

	if (!text)
		return 0;
	result = timens_value_parse(text, &value);
	if (result == -ERANGE)
		return error_set(err, ERANGE,
			"%s: '%s' has more seconds or a finer part than a clock has", where, text);
	if (result < 0)
		return error_set(err, EINVAL,
			"%s: '%s' is no value of a clock, such as +36h, -1.5s or =497d12h", where,
			text);
	return clock_take(wish, where, &value, err);
}

static int clock_take_spec(
	struct clock_request *request, const struct oci_linux *linux_, struct error *err)
{
	const struct oci_time_offset *monotonic = &linux_->time_offsets.monotonic;
	const struct oci_time_offset *boottime = &linux_->time_offsets.boottime;
	struct timens_value value = { TIMENS_VALUE_OFFSET,
		{ monotonic->secs, monotonic->nanosecs } };

	if (monotonic->set &&
		clock_take(&request->monotonic, "linux.timeOffsets.monotonic", &value, err) < 0)
		return -1;
	value.time = (struct timens_offset){ boottime->secs, boottime->nanosecs };
	return boottime->set
		       ? clock_take(&request->boottime, "linux.timeOffsets.boottime", &value, err)
		       : 0;
}

/* crun's own: the text that goes to /proc/PID/timens_offsets. */
static int clock_take_crun(struct clock_request *request, const char *text, struct error *err)
{
	static const char where[] = "annotations." ANNOTATION_CRUN;
	struct timens_offsets offsets = { 0 };
	struct timens_value value = { .kind = TIMENS_VALUE_OFFSET };

	if (!text)
		return 0;
	if (timens_parse_offsets(text, strlen(text), &offsets) < 0)
		return error_set(err, EINVAL,
			"%s: '%s' is not what /proc/PID/timens_offsets takes, such as 'boottime "
			"86400 0'",
			where, text);
	value.time = offsets.monotonic;
	if (offsets.monotonic_set && clock_take(&request->monotonic, where, &value, err) < 0)
		return -1;
	value.time = offsets.boottime;
	return offsets.boottime_set ? clock_take(&request->boottime, where, &value, err) : 0;
}

/* A whole snapshot sets both clocks. */
static int clock_take_snapshot(struct clock_request *request,
	const struct container_create_options *options, struct error *err)
{
	struct timens_values values;
	enum clock_policy policy;

	if (options->clock_policy && clock_policy_parse(options->clock_policy, &policy, err) < 0)
		return error_prefix(err, "--policy");
	if (!options->clock_from)
		return options->clock_policy
			       ? error_set(err, EINVAL, "--policy: needs --clock-from")
			       : 0;
	if (clock_source_load(options->clock_from, options->clock_policy, &values, err) < 0)
		return error_prefix(err, "--clock-from");
	if (clock_take(&request->monotonic, "--clock-from", &values.monotonic, err) < 0)
		return -1;
	return clock_take(&request->boottime, "--clock-from", &values.boottime, err);
}

static int clock_take_all(struct clock_request *request, const struct oci_config *config,
	const struct container_create_options *options, struct error *err)
{
	if (clock_take_spec(request, &config->linux_, err) < 0 ||
		clock_take_snapshot(request, options, err) < 0 ||
		clock_take_text(&request->monotonic, "--monotonic", options->monotonic, err) < 0 ||
		clock_take_text(&request->boottime, "--boottime", options->boottime, err) < 0)
		return -1;
	if (clock_take_text(&request->monotonic, "annotations." ANNOTATION_MONOTONIC,
		    oci_config_annotation(config, ANNOTATION_MONOTONIC), err) < 0 ||
		clock_take_text(&request->boottime, "annotations." ANNOTATION_BOOTTIME,
			oci_config_annotation(config, ANNOTATION_BOOTTIME), err) < 0)
		return -1;
	return clock_take_crun(request, oci_config_annotation(config, ANNOTATION_CRUN), err);
}

/* What is misspelt would else be silently without effect; an error the specification forbids. */
static void clock_warn_of_unknown(const struct oci_config *config)
{
	for (size_t i = 0; i < config->annotations.length; i++) {
		const char *key = config->annotations.items[i].key;
		bool known = !text_starts_with(key, "elsewhen.dev/") ||
			     text_starts_with(key, "elsewhen.dev/state.");

		for (const char *const *name = clock_annotations; *name && !known; name++)
			known = text_equal(key, *name);
		if (!known)
			log_warning("annotations.%s: elsewhen knows no such annotation", key);
	}
}

static int clock_find_kind(const char *word, const struct oci_namespace *time,
	struct clock_request *request, struct error *err)
{
	bool valued = request->monotonic.where || request->boottime.where;

	if (!word) {
		request->kind = time && time->path ? CLOCK_KIND_PATH
				: time || valued   ? CLOCK_KIND_PRIVATE
						   : CLOCK_KIND_HOST;
		return 0;
	}
	if (text_equal(word, "host"))
		request->kind = CLOCK_KIND_HOST;
	else if (text_equal(word, "private"))
		request->kind = CLOCK_KIND_PRIVATE;
	else if (text_equal(word, "pod"))
		request->kind = CLOCK_KIND_POD;
	else
		return error_set(
			err, EINVAL, WHERE_CLOCK ": '%s' is none of private, pod, host", word);
	if (time && time->path)
		return error_set(err, EINVAL,
			WHERE_CLOCK ": %s, but linux.namespaces has the time namespace '%s'", word,
			time->path);
	return 0;
}

static int clock_check_kind(const struct clock_request *request, struct error *err)
{
	const char *where =
		request->monotonic.where ? request->monotonic.where : request->boottime.where;

	if (!where)
		return 0;
	if (request->kind == CLOCK_KIND_HOST)
		return error_set(
			err, EINVAL, "%s: " WHERE_CLOCK " asks for the host's clock", where);
	if (request->kind == CLOCK_KIND_PATH)
		return error_set(err, EINVAL,
			"%s: the offsets of the existing time namespace '%s' are frozen", where,
			request->path);
	return 0;
}

/*
 * What containerd and CRI-O write. podman names the sandbox in a pod's containers alone, and its infra
 * container carries nothing: a container that names no sandbox is one itself.
 */
static const char *clock_find_sandbox(const struct oci_config *config, const char *id)
{
	static const char *const keys[] = { "io.kubernetes.cri.sandbox-id",
		"io.kubernetes.cri-o.SandboxID" };

	for (size_t i = 0; i < ARRAY_LENGTH(keys); i++) {
		const char *sandbox = oci_config_annotation(config, keys[i]);

		if (sandbox)
			return sandbox;
	}
	return id;
}

/* Of no effect before a restore, which may be on another node and too late to mend it. */
static int clock_check_restore(const struct oci_config *config, struct error *err)
{
	const char *word = oci_config_annotation(config, CLOCK_ANNOTATION_RESTORE);
	enum clock_policy policy;

	if (word && clock_policy_parse(word, &policy, err) < 0)
		return error_prefix(err, "annotations." CLOCK_ANNOTATION_RESTORE);
	return 0;
}

int clock_request_make(const struct container_runtime *runtime, const struct oci_config *config,
	const char *id, const struct container_create_options *options,
	struct clock_request *request, struct error *err)
{
	const struct oci_namespace *time = oci_config_namespace(config, OCI_NAMESPACE_TIME);
	const char *word = oci_config_annotation(config, CLOCK_ANNOTATION);

	*request = (struct clock_request){ .path = time ? time->path : NULL };
	if (operator_check_annotations(runtime, config, clock_annotations, err) < 0)
		return -1;
	clock_warn_of_unknown(config);
	if (clock_check_restore(config, err) < 0)
		return -1;
	if (clock_take_all(request, config, options, err) < 0 ||
		clock_find_kind(word, time, request, err) < 0)
		return -1;
	if (request->kind == CLOCK_KIND_POD)
		request->sandbox = clock_find_sandbox(config, id);
	return clock_check_kind(request, err);
}

struct timens_values clock_request_values(const struct clock_request *request)
{
	return (struct timens_values){ request->monotonic.value, request->boottime.value };
}
