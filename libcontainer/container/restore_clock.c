/* SPDX-License-Identifier: Apache-2.0 */
#include "container/restore_clock.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "container/pod_clock.h"
#include "linux/clock_helper.h"
#include "linux/namespace.h"
#include "oci/clock_source.h"

/* Below the two minutes that container engines have for a request. */
#define RESTORE_CLOCK_AWAIT (60 * CLOCK_SECOND)

void restore_clock_reset(struct restore_clock *clock)
{
	*clock = (struct restore_clock){ .namespace = -1, .policy = CLOCK_POLICY_UNSET };
	restore_maker_reset(&clock->maker);
}

void restore_clock_close(struct restore_clock *clock)
{
	restore_maker_end(&clock->maker);
	cleanup_fd(&clock->namespace);
	free(clock->others);
	clock->others = NULL;
}

static int restore_clock_choose(struct restore_clock *clock, enum clock_policy recorded,
	const char *asked, const struct oci_config *config, struct error *err)
{
	const char *annotation = oci_config_annotation(config, CLOCK_ANNOTATION_RESTORE);

	if (asked) {
		if (clock_policy_parse(asked, &clock->policy, err) < 0)
			return error_prefix(err, "--clock-policy");
		return 0;
	}
	if (annotation) {
		if (clock_policy_parse(annotation, &clock->policy, err) < 0)
			return error_prefix(err, "annotations." CLOCK_ANNOTATION_RESTORE);
		return 0;
	}
	clock->policy = recorded == CLOCK_POLICY_UNSET ? CLOCK_POLICY_CONTINUE : recorded;
	return 0;
}

static int restore_clock_read_others(
	struct restore_clock *clock, char *const *paths, struct error *err)
{
	const char *policy = clock_policy_names[clock->policy];

	while (paths[clock->others_length])
		clock->others_length++;
	clock->others = calloc(clock->others_length + 1, sizeof(*clock->others));
	if (!clock->others)
		return error_errno(err, ENOMEM, "--clock-from");
	for (size_t i = 0; i < clock->others_length; i++)
		if (clock_source_read(paths[i], policy, &clock->others[i], err) < 0)
			return error_prefix(err, "--clock-from");
	return 0;
}

int restore_clock_read(struct restore_clock *clock, const struct images *images, const char *asked,
	char *const *others, const struct oci_config *config, struct error *err)
{
	struct oci_clock_file file = { .policy = CLOCK_POLICY_UNSET };
	enum clock_policy recorded;

	if (oci_clock_source_load_directory(images->directory, &file, err) < 0)
		return error_prefix(err, "saved clocks in '%s'", images->path);
	clock->saved = oci_clock_file_readings(&file);
	recorded = file.policy;
	oci_clock_file_free(&file);
	if (restore_clock_choose(clock, recorded, asked, config, err) < 0)
		return -1;
	return others ? restore_clock_read_others(clock, others, err) : 0;
}

static int restore_clock_apply(
	struct restore_clock *clock, const struct creation *creation, struct error *err)
{
	const struct clock_source own = { clock->saved, clock->policy };
	struct timespec now;
	struct timens_offset realtime;

	if (clock->policy == CLOCK_POLICY_CONFIG) {
		clock->values = clock_request_values(&creation->clock);
		return 0;
	}
	if (clock_gettime(CLOCK_REALTIME, &now) < 0)
		return error_errno(err, errno, "read the wall clock");
	realtime = (struct timens_offset){ now.tv_sec, (uint32_t)now.tv_nsec };
	if (clock_source_raise(&own, &realtime, &clock->values, err) < 0)
		return -1;
	for (size_t i = 0; i < clock->others_length; i++)
		if (clock_source_raise(&clock->others[i], &realtime, &clock->values, err) < 0)
			return error_prefix(err, "--clock-from");
	return 0;
}

/* "For children" alone, and back: the runtime's own clocks never change. */
static int restore_clock_make_private(struct restore_clock *clock, struct error *err)
{
	cleanup_close int own_fd = namespace_open_own(CLONE_NEWTIME, err);
	struct timens_offsets own, offsets;
	int result, back;

	if (own_fd < 0)
		return -1;
	result = timens_own_offsets(-1, &own);
	if (result < 0)
		return error_errno(err, -result, "read the offsets of the runtime's own clocks");
	result = timens_unshare();
	if (result < 0)
		return error_errno(err, -result, "make a time namespace");
	result = timens_values_resolve(&clock->values, &own, &offsets);
	if (result == 0)
		result = timens_write_offsets(-1, 0, &offsets);
	if (result == 0) {
		clock->namespace = open("/proc/self/ns/time_for_children", O_RDONLY | O_CLOEXEC);
		result = clock->namespace < 0 ? -errno : 0;
	}
	back = timens_join(own_fd);
	if (result == 0)
		result = back;
	return result < 0 ? error_errno(err, -result, "set the clocks of the time namespace") : 0;
}

/* A pod's clock is made by whoever comes first; whoever comes later must find it ahead of what it has saved. */
static int restore_clock_find_pod(
	struct restore_clock *clock, struct creation *creation, struct error *err)
{
	const struct clock_request *asked = &creation->clock;
	struct clock_request request = {
		.kind = CLOCK_KIND_POD,
		.sandbox = asked->sandbox,
		.monotonic = { NULL, clock->values.monotonic },
		.boottime = { NULL, clock->values.boottime },
		.asked = asked,
	};

	if (text_equal(asked->sandbox, creation->id))
		clock->namespace = pod_clock_make(creation->directory, &request, err);
	else
		clock->namespace = pod_clock_join(creation->sandbox, &request, err);
	return clock->namespace < 0 ? -1 : 0;
}

/*
 * Containers of a pod are checkpointed one after the other, and an engine restores them in any order: those that
 * were saved some seconds after the one that made the clock wait for it, as long as that makes sense.
 */
static int restore_clock_await_pod(const struct restore_clock *clock, struct error *err)
{
	cleanup_clock_helper struct clock_helper helper = { 0 };
	struct clock_instant now;
	int64_t behind, boottime_behind;
	struct timespec left;

	if (clock_helper_start(&helper, clock->namespace, err) < 0 ||
		clock_helper_read_instant(&helper, &now, err) < 0)
		return -1;
	behind = clock_offset_nanoseconds(clock->saved.monotonic) - now.monotonic;
	boottime_behind = clock_offset_nanoseconds(clock->saved.boottime) - now.boottime;
	if (boottime_behind > behind)
		behind = boottime_behind;
	if (behind <= 0 || behind > RESTORE_CLOCK_AWAIT)
		return 0;
	log_information("the pod's clock is %.3f s behind what was saved: waiting for it",
		(double)behind / CLOCK_SECOND);
	left = (struct timespec){ behind / CLOCK_SECOND, behind % CLOCK_SECOND };
	while (nanosleep(&left, &left) < 0 && errno == EINTR)
		;
	return 0;
}

static int restore_clock_make_later(
	struct restore_clock *clock, const struct creation *creation, struct error *err)
{
	if (creation->clock.kind != CLOCK_KIND_PRIVATE)
		return error_set(err, ENOTSUP,
			"linux.namespaces: a container with a user namespace of its own can not be "
			"restored into another's time namespace, which it may not join");
	return restore_maker_start(&clock->maker, err);
}

int restore_clock_make(struct restore_clock *clock, struct creation *creation, struct error *err)
{
	if (!timens_supported())
		return 0;
	if (restore_clock_apply(clock, creation, err) < 0)
		return -1;
	if (plan_source(&creation->enter.plan, OCI_NAMESPACE_USER) == PLAN_NEW)
		return restore_clock_make_later(clock, creation, err);
	switch (creation->clock.kind) {
	case CLOCK_KIND_PATH:
		clock->namespace = namespace_open(
			creation->clock.path, CLONE_NEWTIME, "linux.namespaces: time", err);
		return clock->namespace < 0 ? -1 : 0;
	case CLOCK_KIND_POD:
		if (restore_clock_find_pod(clock, creation, err) < 0)
			return -1;
		return clock->policy == CLOCK_POLICY_CONFIG ? 0
							    : restore_clock_await_pod(clock, err);
	default:
		return restore_clock_make_private(clock, err);
	}
}

char *restore_clock_path(const struct restore_clock *clock)
{
	struct text path = { 0 };

	if (clock->maker.pid > 0)
		text_printf(&path, "/proc/%d/ns/time_for_children", (int)clock->maker.pid);
	else if (clock->namespace >= 0)
		text_printf(&path, "/proc/%d/fd/%d", (int)getpid(), clock->namespace);
	return path.data;
}

int restore_clock_complete(struct restore_clock *clock, pid_t init, struct error *err)
{
	if (clock->maker.pid <= 0)
		return 0;
	clock->namespace = restore_maker_make(&clock->maker, init, &clock->values, err);
	return clock->namespace < 0 ? -1 : 0;
}

/* "12345.678901234" */
static void restore_clock_format(int64_t nanoseconds, char text[32])
{
	snprintf(text, 32, "%" PRId64 ".%09" PRId64, nanoseconds / CLOCK_SECOND,
		nanoseconds % CLOCK_SECOND);
}

static int restore_clock_compare(
	const char *name, int64_t reads, const char *other, int64_t least, struct error *err)
{
	char now[32], then[32], behind[32];

	if (reads >= least)
		return 0;
	restore_clock_format(reads, now);
	restore_clock_format(least, then);
	restore_clock_format(least - reads, behind);
	return error_set(err, ERANGE, "%s reads %s s, which is %s s behind %s, %s s", name, now,
		behind, other, then);
}

static int restore_clock_check(const struct restore_clock *clock, struct error *err)
{
	const struct clock_instant *now = &clock->proven;

	if (restore_clock_compare("monotonic", now->monotonic, "what it was saved at",
		    clock_offset_nanoseconds(clock->saved.monotonic), err) < 0 ||
		restore_clock_compare("boottime", now->boottime, "what it was saved at",
			clock_offset_nanoseconds(clock->saved.boottime), err) < 0)
		return -1;
	return restore_clock_compare("boottime", now->boottime, "monotonic", now->monotonic, err);
}

int restore_clock_prove(struct restore_clock *clock, int time_fd, bool may_jump, struct error *err)
{
	cleanup_clock_helper struct clock_helper helper = { 0 };

	if (clock_helper_start(&helper, time_fd, err) < 0 ||
		clock_helper_read_instant(&helper, &clock->proven, err) < 0)
		return -1;
	if (restore_clock_check(clock, err) == 0)
		return 0;
	if (clock->policy != CLOCK_POLICY_CONFIG && !may_jump)
		return error_prefix(err, "the container's clocks would step back");
	log_warning("the container's clocks step back: %s", err->text);
	return 0;
}

static void restore_clock_tell_one(struct text *line, const char *name, int64_t now, int64_t saved)
{
	char reads[32], was[32], more[32];
	int64_t by = now - saved;

	restore_clock_format(now, reads);
	restore_clock_format(saved, was);
	restore_clock_format(by < 0 ? -by : by, more);
	text_printf(line, ", %s %s = %s saved %c %s s", name, reads, was, by < 0 ? '-' : '+', more);
}

char *restore_clock_tell(const struct restore_clock *clock, const char *id)
{
	struct text line = { 0 };

	text_printf(&line, "%s: clocks restored (%s)", id, clock_policy_names[clock->policy]);
	restore_clock_tell_one(&line, "monotonic", clock->proven.monotonic,
		clock_offset_nanoseconds(clock->saved.monotonic));
	restore_clock_tell_one(&line, "boottime", clock->proven.boottime,
		clock_offset_nanoseconds(clock->saved.boottime));
	return line.data;
}
