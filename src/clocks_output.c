/* SPDX-License-Identifier: Apache-2.0 */
#include "clocks_output.h"

#include <stdio.h>

#include "base/text.h"
#include "linux/clock_reading.h"

#include "clock_text.h"

/* --- for programs */

/* As in linux.timeOffsets: a number above 2^53 is not exact in every reader of JSON. */
static void json_time(struct json_writer *writer, const char *key, int64_t time)
{
	struct timens_offset floor = clock_offset_of(time);

	json_open_object(writer, key);
	json_i64(writer, "secs", floor.seconds);
	json_u64(writer, "nanosecs", floor.nanoseconds);
	json_close_object(writer);
}

static void json_offsets(struct json_writer *writer, const struct container_process_clock *clock)
{
	if (!clock->offsets_known)
		return;
	json_open_object(writer, "offsets");
	json_time(writer, "monotonic", clock->monotonic);
	json_time(writer, "boottime", clock->boottime);
	json_close_object(writer);
}

static void json_info(struct json_writer *writer, const struct container_info *info)
{
	json_string(writer, "id", info->id);
	json_string(writer, "status", container_status_name(info->status));
	json_i64(writer, "pid", info->pid);
	json_string(writer, "clock", info->clock);
	if (info->clock_origin)
		json_string(writer, "clockOrigin", info->clock_origin);
	if (info->time.name[0])
		json_string(writer, "timeNamespace", info->time.name);
	json_offsets(writer, &info->time);
}

static void json_clock(struct json_writer *writer, const struct container_clock *clock)
{
	json_open_object(writer, NULL);
	json_string(writer, "name", clock->name);
	json_time(writer, "vdso", clock->vdso);
	json_open_object(writer, "syscall");
	json_time(writer, "before", clock->below);
	json_time(writer, "after", clock->above);
	json_close_object(writer);
	json_bool(writer, "agree", clock->agree);
	json_time(writer, "host", clock->host);
	json_time(writer, "difference", clock->difference);
	json_i64(writer, "uncertaintyNanosecs", clock->uncertainty);
	json_time(writer, "offset", clock->offset);
	json_bool(writer, "matches", clock->matches);
	json_close_object(writer);
}

static void clocks_print_json(const struct container_clocks *clocks)
{
	cleanup_json_writer struct json_writer *writer = json_writer_new(true);

	json_open_object(writer, NULL);
	json_info(writer, &clocks->info);
	if (clocks->host_name[0])
		json_string(writer, "hostTimeNamespace", clocks->host_name);
	json_bool(writer, "pinned", clocks->pinned);
	json_u64(writer, "sharedWith", clocks->shared_with);
	json_bool(writer, "frozen", clocks->frozen);
	json_open_object(writer, "uptime");
	json_time(writer, "inside", clocks->uptime);
	json_time(writer, "host", clocks->host_uptime);
	json_close_object(writer);
	json_open_object(writer, "btime");
	json_i64(writer, "inside", clocks->btime);
	json_i64(writer, "host", clocks->host_btime);
	json_close_object(writer);
	json_open_array(writer, "clocks");
	for (size_t i = 0; i < CONTAINER_CLOCKS; i++)
		json_clock(writer, &clocks->clocks[i]);
	json_close_array(writer);
	json_close_object(writer);
	output_print_writer(writer);
}

static void list_print_json(const struct container_info *infos, size_t count)
{
	cleanup_json_writer struct json_writer *writer = json_writer_new(true);

	json_open_array(writer, NULL);
	for (size_t i = 0; i < count; i++) {
		json_open_object(writer, NULL);
		json_info(writer, &infos[i]);
		if (infos[i].uptime >= 0)
			json_time(writer, "uptime", infos[i].uptime);
		json_close_object(writer);
	}
	json_close_array(writer);
	output_print_writer(writer);
}

/* --- for people */

static void describe_owner(const struct container_info *info, struct text *text)
{
	if (text_equal(info->clock, "pod"))
		text_printf(text, "pod, made by the sandbox %s", info->clock_origin);
	else if (text_equal(info->clock, "path"))
		text_printf(text, "path, %s", info->clock_origin);
	else if (text_equal(info->clock, "private"))
		text_add(text, "private, made for this container");
	else
		text_add(text, info->clock);
}

static void describe_namespace(const struct container_clocks *clocks, struct text *text)
{
	size_t others = clocks->shared_with;

	if (!clocks->info.time.name[0]) {
		text_add(text, "none: this kernel has no time namespaces");
		return;
	}
	text_printf(text, "%s, %s, ", clocks->info.time.name,
		clocks->info.time.host ? "the host's own"
				       : (clocks->pinned ? "pinned" : "not pinned"));
	if (others == 0)
		text_add(text, "shared with no other container");
	else
		text_printf(
			text, "shared with %zu other container%s", others, others == 1 ? "" : "s");
	if (clocks->frozen)
		text_add(text, ", frozen");
}

static void clocks_print_header(const struct container_clocks *clocks)
{
	cleanup_output_table struct output_table table = { .columns = 2 };
	cleanup_text struct text owner = { 0 }, namespace_ = { 0 }, uptime = { 0 }, boot = { 0 },
				 container = { 0 };
	char inside[CLOCK_TEXT_SIZE], host[CLOCK_TEXT_SIZE];

	text_printf(&container, "%s, %s, pid %d", clocks->info.id,
		container_status_name(clocks->info.status), (int)clocks->info.pid);
	describe_owner(&clocks->info, &owner);
	describe_namespace(clocks, &namespace_);
	clock_text_duration(clocks->uptime, 2, false, inside);
	clock_text_duration(clocks->host_uptime, 2, false, host);
	text_printf(&uptime, "%s, on the host %s", inside, host);
	clock_text_date(clocks->btime * CLOCK_SECOND, 0, inside);
	clock_text_date(clocks->host_btime * CLOCK_SECOND, 0, host);
	text_printf(&boot, "%s UTC, on the host %s", inside, host);
	output_table_add(&table, "container");
	output_table_add(&table, container.data);
	output_table_add(&table, "clock");
	output_table_add(&table, owner.data);
	output_table_add(&table, "namespace");
	output_table_add(&table, namespace_.data);
	output_table_add(&table, "uptime");
	output_table_add(&table, uptime.data);
	output_table_add(&table, "boot time");
	output_table_add(&table, boot.data);
	output_table_print(&table);
}

/* REALTIME and TAI count from 1970, and Linux has no offset for them; the others from some start. */
static bool is_date(const struct container_clock *clock)
{
	return text_starts_with(clock->name, "realtime") || text_equal(clock->name, "tai");
}

static void print_reading(
	struct output_table *table, const struct container_clock *clock, int64_t time)
{
	char text[CLOCK_TEXT_SIZE];

	if (is_date(clock))
		clock_text_date(time, 9, text);
	else
		clock_text_duration(time, 9, false, text);
	output_table_add(table, text);
}

static const char *describe_check(const struct container_clock *clock)
{
	if (!clock->agree)
		return "the vDSO is not between the system calls";
	return clock->matches ? "ok" : "the difference is not the offset";
}

static void print_clock(struct output_table *table, const struct container_clock *clock)
{
	char difference[2 * CLOCK_TEXT_SIZE], offset[TIMENS_VALUE_SIZE];
	cleanup_text struct text by_syscall = { 0 };

	clock_text_measured(clock->difference, clock->uncertainty, difference);
	text_printf(&by_syscall, "%+lldns %+lldns", (long long)(clock->below - clock->vdso),
		(long long)(clock->above - clock->vdso));
	clock_offset_format(clock->offset, offset);
	output_table_add(table, clock->name);
	print_reading(table, clock, clock->vdso);
	output_table_add(table, by_syscall.data);
	print_reading(table, clock, clock->host);
	output_table_add(table, difference);
	output_table_add(table, is_date(clock) ? "none" : offset);
	output_table_add(table, describe_check(clock));
}

static void clocks_print_table(const struct container_clocks *clocks)
{
	static const char *const columns[] = { "CLOCK", "INSIDE", "BY SYSTEM CALL", "HOST",
		"DIFFERENCE", "OFFSET", "CHECK" };
	cleanup_output_table struct output_table table = { .columns = ARRAY_LENGTH(columns) };

	clocks_print_header(clocks);
	putchar('\n');
	for (size_t i = 0; i < ARRAY_LENGTH(columns); i++)
		output_table_add(&table, columns[i]);
	for (size_t i = 0; i < CONTAINER_CLOCKS; i++)
		print_clock(&table, &clocks->clocks[i]);
	output_table_print(&table);
}

static void list_print_row(struct output_table *table, const struct container_info *info)
{
	char monotonic[TIMENS_VALUE_SIZE] = "", boottime[TIMENS_VALUE_SIZE] = "";
	char uptime[CLOCK_TEXT_SIZE] = "";

	if (info->time.offsets_known) {
		clock_offset_format(info->time.monotonic, monotonic);
		clock_offset_format(info->time.boottime, boottime);
	}
	if (info->uptime >= 0)
		clock_text_duration(info->uptime, 0, false, uptime);
	output_table_add(table, info->id);
	output_table_add(table, container_status_name(info->status));
	output_table_add(table, info->clock);
	output_table_add(table, monotonic);
	output_table_add(table, boottime);
	output_table_add(table, uptime);
}

static void list_print_table(const struct container_info *infos, size_t count)
{
	static const char *const columns[] = { "ID", "STATUS", "CLOCK", "MONOTONIC", "BOOTTIME",
		"UPTIME" };
	cleanup_output_table struct output_table table = { .columns = ARRAY_LENGTH(columns) };

	for (size_t i = 0; i < ARRAY_LENGTH(columns); i++)
		output_table_add(&table, columns[i]);
	for (size_t i = 0; i < count; i++)
		list_print_row(&table, &infos[i]);
	output_table_print(&table);
}

/* --- either */

void clocks_output(const struct container_clocks *clocks, enum output_format format)
{
	if (format == OUTPUT_JSON)
		clocks_print_json(clocks);
	else
		clocks_print_table(clocks);
}

void clocks_output_list(const struct container_info *infos, size_t count, enum output_format format)
{
	if (format == OUTPUT_JSON)
		list_print_json(infos, count);
	else
		list_print_table(infos, count);
}
