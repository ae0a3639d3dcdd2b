/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of the config reader share. */
#ifndef TEST_CONFIG_H
#define TEST_CONFIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/text.h"
#include "oci/config.h"

/* tests/data, also in a build outside of the tree. */
static inline const char *test_data_directory(void)
{
	const char *directory = getenv("ELSEWHEN_TEST_DATA");

	return directory ? directory : "tests/data";
}

static inline size_t test_data_read(const char *name, char **data)
{
	cleanup_text struct text path = { 0 };
	ssize_t length;

	text_printf(&path, "%s/%s", test_data_directory(), name);
	length = io_read_file(AT_FDCWD, path.data, data, OCI_CONFIG_SIZE_MAX);
	if (length < 0)
		fail_msg("%s: %s", path.data, strerror((int)-length));
	return (size_t)length;
}

/* The config in a file of tests/data. */
static inline struct oci_config *test_config_read(const char *name)
{
	cleanup_free char *data = NULL;
	size_t length = test_data_read(name, &data);
	struct oci_config *config = NULL;
	struct error err = { 0 };

	if (oci_config_parse(data, length, &config, &err) < 0)
		fail_msg("%s: %s", name, err.text);
	return config;
}

#endif
