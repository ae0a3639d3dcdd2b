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

/* "ID PARENT MAJOR:MINOR ROOT POINT OPTIONS [FIELD...] - TYPE SOURCE OPTIONS" */
static int mount_table_parse(char *line, struct mount_entry *entry)
{
	char *fields[5], *rest = NULL, *type = strstr(line, " - ");

	if (!type)
		return -EBADMSG;
	*type = '\0';
	type += strlen(" - ");
	for (size_t i = 0; i < ARRAY_LENGTH(fields); i++) {
		fields[i] = strtok_r(i == 0 ? line : NULL, " ", &rest);
		if (!fields[i])
			return -EBADMSG;
	}
	type[strcspn(type, " ")] = '\0';
	mount_table_unescape(fields[4]);
	*entry = (struct mount_entry){ .point = fields[4], .type = type };
	if (number_parse_int(fields[0], 0, INT_MAX, &entry->id) < 0 ||
		number_parse_int(fields[1], 0, INT_MAX, &entry->parent) < 0)
		return -EBADMSG;
	return 0;
}

int mount_table_read(pid_t pid, struct mount_table *table)
{
	char path[64], *rest = NULL;
	ssize_t length;

	*table = (struct mount_table){ 0 };
	if (pid == 0)
		snprintf(path, sizeof(path), "/proc/self/mountinfo");
	else
		snprintf(path, sizeof(path), "/proc/%d/mountinfo", (int)pid);
	length = io_read_file(AT_FDCWD, path, &table->text, MOUNT_TABLE_MAX);
	if (length < 0)
		return (int)length;
	for (char *line = strtok_r(table->text, "\n", &rest); line;
		line = strtok_r(NULL, "\n", &rest)) {
		table->items = realloc(table->items, (table->length + 1) * sizeof(*table->items));
		if (!table->items)
			fatal_out_of_memory();
		if (mount_table_parse(line, &table->items[table->length]) == 0)
			table->length++;
	}
	return 0;
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
