/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands that tell something print: JSON documents and tables. */
#ifndef SRC_OUTPUT_H
#define SRC_OUTPUT_H

#include <stddef.h>

#include <elsewhen/container.h>
#include "oci/json.h"

/* In the order of the words "table|json" of --format. */
enum output_format { OUTPUT_TABLE, OUTPUT_JSON };
#define OUTPUT_FORMATS "table|json"

/* The state of a container (runtime.md, "State"), with what runc and crun tell beyond it. */
void output_add_state(struct json_writer *writer, const struct container_info *info);

/* Prints a document, and a newline at its end unless it has one. */
void output_print_json(const char *json, size_t length);
void output_print_writer(const struct json_writer *writer);

/*
 * Prints rows of `columns` cells each, columns aligned. Cells are copied and made printable, for a
 * command name or a path is somebody else's choice. A NULL cell is printed as "-".
 */
#define OUTPUT_COLUMNS_MAX 8
struct output_table {
	size_t columns; /* 1 .. OUTPUT_COLUMNS_MAX */
	struct strv cells;
};
void output_table_add(struct output_table *table, const char *cell);
void output_table_print(const struct output_table *table);
void output_table_free(struct output_table *table);
#define cleanup_output_table __attribute__((cleanup(output_table_free)))

#endif
