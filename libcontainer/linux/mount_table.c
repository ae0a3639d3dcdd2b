/* SPDX-License-Identifier: Apache-2.0 */
#include "linux/mount_table.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fatal.h"
#include "base/io.h"
#include "base/text.h"

#define MOUNT_TABLE_MAX ((size_t)64 * 1024 * 1024)
#define MOUNT_TABLE_DEPTH 4096 /* the kernel allows fewer, so a circle is not followed for ever */

static bool mount_table_is_octal(const char *digits)
{
	return digits[0] >= '0' && digits[0] <= '3' && digits[1] >= '0' && digits[1] <= '7' &&
	       digits[2] >= '0' && digits[2] <= '7';
}

/* "\\040" is a blank. */
static void mount_table_unescape(char *text)
{
	char *to = text;

	for (const char *from = text; *from; to++) {
		if (from[0] == '\\' && mount_table_is_octal(from + 1)) {
			*to = (char)((from[1] - '0') * 64 + (from[2] - '0') * 8 + from[3] - '0');
			from += 4;
		} else {
			*to = *from++;
		}
	}
	*to = '\0';
}

/* "TYPE SOURCE OPTIONS", of which the source may be empty. */
static int mount_table_parse_filesystem(char *text, struct mount_entry *entry)
{
	char *source = strchr(text, ' ');
	char *super = source ? strchr(source + 1, ' ') : NULL;

	if (!super)
		return -EBADMSG;
	*source = '\0';
	*super = '\0';
	entry->type = text;
	entry->super = super + 1;
	return 0;
}

/* "shared:2", "master:1", "propagate_from:3", "unbindable" */
static void mount_table_parse_propagation(char *rest, struct mount_entry *entry)
{
	for (char *field = strtok_r(NULL, " ", &rest); field; field = strtok_r(NULL, " ", &rest)) {
		if (text_starts_with(field, "shared:"))
			(void)number_parse_int(
				field + strlen("shared:"), 0, INT_MAX, &entry->shared);
		else if (text_starts_with(field, "master:"))
			(void)number_parse_int(
				field + strlen("master:"), 0, INT_MAX, &entry->master);
	}
}

/* "ID PARENT MAJOR:MINOR ROOT POINT OPTIONS [FIELD...] - TYPE SOURCE OPTIONS" */
static int mount_table_parse_line(char *line, struct mount_entry *entry)
{
	char *fields[6], *rest = NULL, *filesystem = strstr(line, " - ");

	*entry = (struct mount_entry){ 0 };
	if (!filesystem)
		return -EBADMSG;
	*filesystem = '\0';
	for (size_t i = 0; i < ARRAY_LENGTH(fields); i++) {
		fields[i] = strtok_r(i == 0 ? line : NULL, " ", &rest);
		if (!fields[i])
			return -EBADMSG;
	}
	mount_table_unescape(fields[3]);
	mount_table_unescape(fields[4]);
	entry->device = fields[2];
	entry->root = fields[3];
	entry->point = fields[4];
	entry->options = fields[5];
	mount_table_parse_propagation(rest, entry);
	if (number_parse_int(fields[0], 0, INT_MAX, &entry->id) < 0 ||
		number_parse_int(fields[1], 0, INT_MAX, &entry->parent) < 0)
		return -EBADMSG;
	return mount_table_parse_filesystem(filesystem + strlen(" - "), entry);
}

int mount_table_parse(char *text, struct mount_table *table)
{
	char *rest = NULL;

	*table = (struct mount_table){ .text = text };
	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		struct mount_entry *grown =
			realloc(table->items, (table->length + 1) * sizeof(*table->items));

		if (!grown)
			return -ENOMEM;
		table->items = grown;
		if (mount_table_parse_line(line, &table->items[table->length]) == 0)
			table->length++;
	}
	return 0;
}

int mount_table_read(pid_t pid, struct mount_table *table)
{
	char path[64], *text = NULL;
	ssize_t length;

	*table = (struct mount_table){ 0 };
	if (pid == 0)
		snprintf(path, sizeof(path), "/proc/self/mountinfo");
	else
		snprintf(path, sizeof(path), "/proc/%d/mountinfo", (int)pid);
	length = io_read_file(AT_FDCWD, path, &text, MOUNT_TABLE_MAX);
	return length < 0 ? (int)length : mount_table_parse(text, table);
}

void mount_table_free(struct mount_table *table)
{
	free(table->text);
	free(table->items);
	*table = (struct mount_table){ 0 };
}

const struct mount_entry *mount_table_by_id(const struct mount_table *table, int id)
{
	for (size_t i = 0; i < table->length; i++)
		if (table->items[i].id == id)
			return &table->items[i];
	return NULL;
}

const struct mount_entry *mount_table_at(const struct mount_table *table, const char *point)
{
	for (size_t i = table->length; i > 0; i--)
		if (text_equal(table->items[i - 1].point, point))
			return &table->items[i - 1];
	return NULL;
}

static bool mount_table_is_covered(const struct mount_table *table, const struct mount_entry *entry)
{
	for (size_t i = 0; i < table->length; i++)
		if (table->items[i].parent == entry->id && table->items[i].id != entry->id &&
			text_equal(table->items[i].point, entry->point))
			return true;
	return false;
}

const struct mount_entry *mount_table_top(const struct mount_table *table, const char *point)
{
	for (size_t i = table->length; i > 0; i--)
		if (text_equal(table->items[i - 1].point, point) &&
			!mount_table_is_covered(table, &table->items[i - 1]))
			return &table->items[i - 1];
	return NULL;
}

size_t mount_table_count(const struct mount_table *table, const char *point)
{
	size_t count = 0;

	for (size_t i = 0; i < table->length; i++)
		count += text_equal(table->items[i].point, point);
	return count;
}

bool mount_table_has_device(const struct mount_table *table, const char *device)
{
	for (size_t i = 0; i < table->length; i++)
		if (text_equal(table->items[i].device, device))
			return true;
	return false;
}

bool mount_table_has_option(const char *options, const char *option)
{
	size_t length = strlen(option);

	for (const char *at = options; at; at = strchr(at, ',')) {
		at += *at == ',';
		if (strncmp(at, option, length) == 0 && (at[length] == ',' || !at[length]))
			return true;
	}
	return false;
}

bool mount_table_is_below(
	const struct mount_table *table, const struct mount_entry *entry, int ancestor)
{
	for (int depth = 0; entry && depth < MOUNT_TABLE_DEPTH; depth++) {
		if (entry->parent == ancestor && entry->id != ancestor)
			return true;
		if (entry->parent == entry->id)
			return false;
		entry = mount_table_by_id(table, entry->parent);
	}
	return false;
}

int mount_table_id_of(const char *fdinfo)
{
	char text[512];
	char *found;
	int id;
	ssize_t length = io_read_small(AT_FDCWD, fdinfo, text, sizeof(text));

	if (length < 0)
		return (int)length;
	found = strstr(text, "mnt_id:");
	if (!found)
		return -EPROTO;
	found += strlen("mnt_id:");
	found += strspn(found, " \t");
	found[strcspn(found, "\n")] = '\0';
	return number_parse_int(found, 0, INT_MAX, &id) < 0 ? -EPROTO : id;
}
