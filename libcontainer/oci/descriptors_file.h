/* SPDX-License-Identifier: Apache-2.0 */
/*
 * descriptors.json beside the images of CRIU: what the descriptors 0, 1 and 2 of init were, in the form that runc
 * and crun write too. "pipe:[12345]" and "file[1f:3e]" are from outside, anything else was the
 * container's own.
 */
#ifndef OCI_DESCRIPTORS_FILE_H
#define OCI_DESCRIPTORS_FILE_H

#include <stddef.h>

#include "base/error.h"
#include "base/text.h"

#define OCI_DESCRIPTORS_NAME "descriptors.json"
#define OCI_DESCRIPTORS_SIZE_MAX ((size_t)64 * 1024)

/* They are what links in /proc say, cut down to what needs no escape. */
void oci_descriptors_format(const struct strv *descriptors, struct text *json);

/* Untrusted: an array of strings, and nothing else. */
int oci_descriptors_parse(
	const char *json, size_t length, struct strv *descriptors, struct error *err);

#endif
