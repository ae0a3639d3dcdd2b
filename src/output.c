/* SPDX-License-Identifier: Apache-2.0 */
/* Printing JSON documents and tables to standard output. */
#include "output.h"

#include <stdio.h>
#include <string.h>

#include "base/printable.h"

void output_add_state(struct json_writer *writer, const struct container_info *info)
{
	const struct {
		const char *key, *value;
	} strings[] = {
		{ "ociVersion", info->oci_version },
		{ "id", info->id },
		{ "status", container_status_name(info->status) },
		{ "bundle", info->bundle },
		{ "rootfs", info->rootfs },
		{ "created", info->created },
		{ "owner", info->owner },
	};

	json_open_object(writer, NULL);
	for (size_t i = 0; i < ARRAY_LENGTH(strings); i++) {
		if (strings[i].value)
			json_string(writer, strings[i].key, strings[i].value);
	}
	json_i64(writer, "pid", info->pid);
	if (info->annotations && info->annotations[0]) {
		json_open_object(writer, "annotations");
		for (char **entry = info->annotations; entry[0]; entry += 2)
			json_string(writer, entry[0], entry[1]);
		json_close_object(writer);
	}
	json_close_object(writer);
}

void output_print_json(const char *json, size_t length)
{
	cleanup_text struct text printable = { 0 };

	/* As JSON it says the same, and no string in it drives a terminal. */
	printable_add(&printable, json, length, PRINTABLE_DOCUMENT);
	fwrite(printable.data, 1, printable.length, stdout);
	if (length == 0 || json[length - 1] != '\n')
		putchar('\n');
}

void output_print_writer(const struct json_writer *writer)
{
	size_t length = 0;
	const char *json = json_text(writer, &length);

	output_print_json(json, length);
}

void output_table_add(struct output_table *table, const char *cell)
{
	cleanup_text struct text printable = { 0 };

	if (cell)
		printable_add(&printable, cell, strlen(cell), PRINTABLE_TERMINAL);
	strv_add(&table->cells, printable.length > 0 ? printable.data : "-");
}

/* Characters and not bytes of UTF-8, so that columns stay aligned. */
static int output_cell_width(const char *cell)
{
	int width = 0;

	for (; *cell; cell++) {
		if (((unsigned char)*cell & 0xc0) != 0x80)
			width++;
	}
	return width;
}

static int output_column_width(const struct output_table *table, size_t column)
{
	int widest = 0;

	for (size_t i = column; i < table->cells.length; i += table->columns) {
		int width = output_cell_width(table->cells.items[i]);

		if (width > widest)
			widest = width;
	}
	return widest;
}

/* The last column is not padded: no line ends in blanks. */
static void output_print_row(
	const struct output_table *table, char *const *cells, const int *widths)
{
	size_t last = table->columns - 1;

	for (size_t column = 0; column < last; column++)
		printf("%s%*s", cells[column],
			widths[column] - output_cell_width(cells[column]) + 2, "");
	puts(cells[last]);
}

void output_table_print(const struct output_table *table)
{
	int widths[OUTPUT_COLUMNS_MAX] = { 0 };

	for (size_t column = 0; column < table->columns; column++)
		widths[column] = output_column_width(table, column);
	for (size_t i = 0; i + table->columns <= table->cells.length; i += table->columns)
		output_print_row(table, table->cells.items + i, widths);
}

void output_table_free(struct output_table *table)
{
	strv_free(&table->cells);
}
