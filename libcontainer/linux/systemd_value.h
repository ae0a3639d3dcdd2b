/* SPDX-License-Identifier: Apache-2.0 */
/* A property's value as people write it: the text format of GVariant ("GVariant Text Format", GLib). */
#ifndef LINUX_SYSTEMD_VALUE_H
#define LINUX_SYSTEMD_VALUE_H

#include "base/arena.h"
#include "linux/systemd_bus.h"

/*
 * Fills in all but the name: true, 'text', 5 (an int32), uint64 5, 0.5, ['a', 'b'], [byte 1, 2], @as [], and the
 * other numbers of D-Bus by their keywords or signatures. 0, or -EINVAL for anything else, nested containers and
 * numbers beyond their type among it. What is pointed to is the arena's.
 */
int systemd_value_parse(const char *text, struct arena *arena, struct systemd_property *property);

#endif
