/* SPDX-License-Identifier: Apache-2.0 */
/* `clocks`: what the clocks of a container read, beside ours, and whose they are. */
#include "container/clocks.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "container/directory.h"
#include "container/info.h"
#include "container/process_clock.h"
#include "container/status.h"
#include "linux/clock_reading.h"
#include "linux/namespace.h"
#include "linux/process.h"
#include "oci/validate.h"

/* Of each clock; the tightest one counts. */
#define CLOCKS_ROUNDS 16

_Static_assert(CONTAINER_CLOCKS == CLOCK_TABLE_LENGTH, "every clock is told");

/* --- the container and its helper */

static int clocks_check_status(
	const char *id, const struct oci_state_file *state, int *pidfd, struct error *err)
{
	enum container_status status;

	if (status_of(state, &status, pidfd, err) < 0)
		return error_prefix(err, "container '%s'", id);
	if (*pidfd >= 0 && status != CONTAINER_CREATING)
		return 0;
	return error_set(err, ESRCH, "container '%s' is %s; only one that lives has clocks to read",
		id, container_status_name(status));
}

/* *time_fd stays -1 where there is nothing to join. */
static int clocks_open_namespace(struct clocks_target *target, int *time_fd, struct error *err)
{
	const struct oci_state_file *state = &target->state;
	struct container_process_clock clock;
	char path[64];

	container_process_clock(state->pid, &clock);
	if (!clock.host) {
		snprintf(path, sizeof(path), "/proc/%d/ns/time", (int)state->pid);
		*time_fd = namespace_open(path, CLONE_NEWTIME, "the container's clocks", err);
		if (*time_fd < 0)
			return -1;
	}
	/* Had init ended before, its pid and that namespace could be another process's by now. */
	if (process_wait_gone(target->pidfd, 0) != -ETIMEDOUT)
		return error_set(err, ESRCH, "container '%s' has ended", state->id);
	return 0;
}

int clocks_open(const struct container_runtime *runtime, const char *id,
	struct clocks_target *target, struct error *err)
{
	cleanup_close int directory = -1, time_fd = -1;

	*target = (struct clocks_target){ .pidfd = -1 };
	directory = status_open(runtime, id, false, &target->state, err);
	if (directory < 0)
		return -1;
	if (clocks_check_status(id, &target->state, &target->pidfd, err) < 0 ||
		clocks_open_namespace(target, &time_fd, err) < 0 ||
		clock_helper_start(&target->helper, time_fd, err) < 0) {
		clocks_close(target);
		return -1;
	}
	return 0;
}

void clocks_close(struct clocks_target *target)
{
	clock_helper_end(&target->helper);
	cleanup_fd(&target->pidfd);
	oci_state_file_free(&target->state);
}

/* --- one clock */

/* Our own clock before and after it was read in there. */
struct clocks_round {
	int64_t before, after;
	struct clock_sandwich inside;
};

static int clocks_read_round(struct clock_helper *helper, const struct clock_entry *entry,
	struct clocks_round *round, struct error *err)
{
	struct clock_sandwich own;
	int result = clock_read_sandwich(entry->id, &own);

	round->before = own.above;
	if (result == 0 && clock_helper_read_sandwich(helper, entry, &round->inside, err) < 0)
		return -1;
	if (result == 0)
		result = clock_read_sandwich(entry->id, &own);
	round->after = own.below;
	return result < 0 ? error_errno(err, -result, "read %s", entry->name) : 0;
}

/* The true difference is between inside - after and inside - before. */
static void clocks_conclude(struct container_clock *clock, const struct clocks_round *round)
{
	int64_t width = round->after - round->before;

	clock->vdso = round->inside.vdso;
	clock->below = round->inside.below;
	clock->above = round->inside.above;
	clock->host = round->before + width / 2;
	clock->difference = clock->vdso - clock->host;
	clock->uncertainty = width - width / 2;
	clock->matches = clock->vdso - round->after <= clock->offset &&
			 clock->offset <= clock->vdso - round->before;
}

static int64_t clocks_offset(enum clock_shift shift, const struct container_process_clock *offsets)
{
	switch (shift) {
	case CLOCK_SHIFT_MONOTONIC:
		return offsets->monotonic;
	case CLOCK_SHIFT_BOOTTIME:
		return offsets->boottime;
	default:
		return 0;
	}
}

static int clocks_measure(struct clock_helper *helper, const struct clock_entry *entry,
	const struct container_process_clock *offsets, struct container_clock *clock,
	struct error *err)
{
	struct clocks_round tightest = { 0 };

	clock->name = entry->name;
	clock->agree = true;
	clock->offset = clocks_offset(entry->shift, offsets);
	for (int i = 0; i < CLOCKS_ROUNDS; i++) {
		struct clocks_round round = { 0 };

		if (clocks_read_round(helper, entry, &round, err) < 0)
			return -1;
		clock->agree = clock->agree && clock_sandwich_agrees(&round.inside);
		if (i == 0 || round.after - round.before < tightest.after - tightest.before)
			tightest = round;
	}
	clocks_conclude(clock, &tightest);
	return 0;
}

static int clocks_read_all(
	struct clocks_target *target, struct container_clocks *clocks, struct error *err)
{
	struct clock_proc inside, host;
	int result;

	for (size_t i = 0; i < CLOCK_TABLE_LENGTH; i++)
		if (clocks_measure(&target->helper, &clock_table[i], &clocks->info.time,
			    &clocks->clocks[i], err) < 0)
			return -1;
	if (clock_helper_read_proc(&target->helper, &inside, err) < 0)
		return -1;
	result = clock_read_proc(&host);
	if (result < 0)
		return error_errno(err, -result, "read /proc/uptime and /proc/stat");
	clocks->uptime = inside.uptime;
	clocks->btime = inside.btime;
	clocks->host_uptime = host.uptime;
	clocks->host_btime = host.btime;
	return 0;
}

/* --- the namespace */

/* A mount of the namespace is not a link to it, as the files in /proc are. */
static bool clocks_is_mount_of(const char *path, const struct stat *namespace_)
{
	struct stat st;

	return lstat(path, &st) == 0 && st.st_dev == namespace_->st_dev &&
	       st.st_ino == namespace_->st_ino;
}

/* By its pod, or by whoever made the namespace that config.json has by path. */
static bool clocks_is_pinned(
	const struct container_runtime *runtime, const struct oci_state_file *state)
{
	cleanup_text struct text path = { 0 };
	struct stat namespace_;
	struct error ignored;

	text_printf(&path, "/proc/%d/ns/time", (int)state->pid);
	if (!state->clock_origin || stat(path.data, &namespace_) < 0)
		return false;
	if (text_equal(state->clock, "path"))
		return clocks_is_mount_of(state->clock_origin, &namespace_);
	if (oci_container_id_validate(state->clock_origin, &ignored) < 0)
		return false;
	text_free(&path);
	text_printf(&path, "%s/%s/" DIRECTORY_CLOCK, runtime->root, state->clock_origin);
	return clocks_is_mount_of(path.data, &namespace_);
}

static int clocks_count_sharers(
	const struct container_runtime *runtime, struct container_clocks *clocks, struct error *err)
{
	struct container_info *infos;
	size_t count;

	if (container_list(runtime, &infos, &count, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		/* A stopped one has a name that may be another namespace's by now. */
		if (infos[i].pid > 0 && strcmp(infos[i].id, clocks->info.id) != 0 &&
			strcmp(infos[i].time.name, clocks->info.time.name) == 0)
			clocks->shared_with++;
		container_info_free(&infos[i]);
	}
	free(infos);
	return 0;
}

static int clocks_describe(const struct container_runtime *runtime, struct clocks_target *target,
	struct container_clocks *clocks, struct error *err)
{
	struct timens_offsets offsets;

	if (info_fill(&clocks->info, &target->state, err) < 0)
		return -1;
	process_clock_own_name(clocks->host_name);
	if (clock_helper_read_offsets(&target->helper, &offsets, err) < 0 ||
		process_clock_relative(&offsets, &clocks->info.time, err) < 0)
		return -1;
	clocks->info.uptime = process_clock_uptime(&clocks->info.time);
	clocks->pinned = clocks_is_pinned(runtime, &target->state);
	/* The kernel takes no offsets once a process is in, and init is. */
	clocks->frozen = clocks->info.pid > 0;
	return clocks_count_sharers(runtime, clocks, err);
}

int container_clocks(const struct container_runtime *runtime, const char *id,
	struct container_clocks *clocks, struct error *err)
{
	struct clocks_target target;
	int result;

	*clocks = (struct container_clocks){ 0 };
	if (clocks_open(runtime, id, &target, err) < 0)
		return -1;
	result = clocks_describe(runtime, &target, clocks, err);
	if (result == 0)
		result = clocks_read_all(&target, clocks, err);
	clocks_close(&target);
	if (result < 0)
		container_clocks_free(clocks);
	return result;
}

void container_clocks_free(struct container_clocks *clocks)
{
	container_info_free(&clocks->info);
	*clocks = (struct container_clocks){ 0 };
}
