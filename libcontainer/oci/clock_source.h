/* SPDX-License-Identifier: Apache-2.0 */
/* What --clock-from and restore are pointed at: saved clocks in any of their forms. */
#ifndef OCI_CLOCK_SOURCE_H
#define OCI_CLOCK_SOURCE_H

#include "oci/clock_file.h"

/* The name of the saved clocks in a directory. */
#define OCI_CLOCK_SOURCE_NAME "clock.json"

/*
 * `path` is a file of saved clocks, or a directory with clock.json in it, or one with CRIU's
 * images. clock.json goes before the images: it has the wall clock, and was read at one instant. The
 * content is not trusted: nothing in the directory leads out of it.
 */
int oci_clock_source_load(const char *path, struct oci_clock_file *file, struct error *err);

/* The same of an open directory. */
int oci_clock_source_load_directory(int directory, struct oci_clock_file *file, struct error *err);

#endif
