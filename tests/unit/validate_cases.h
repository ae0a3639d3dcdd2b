/* SPDX-License-Identifier: Apache-2.0 */
/* Cases of validation as tables: a part of a config.json, and the sentence it is refused with. */
#ifndef TESTS_VALIDATE_CASES_H
#define TESTS_VALIDATE_CASES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "oci/config.h"
#include "oci/validate.h"

/* JSON with ' for ", which C strings would be unreadable with. */
struct validate_case {
	const char *part;
	const char *error; /* what the sentence begins with; NULL: the config is right */
};

static inline void validate_config(const char *json, const char *wanted)
{
	cleanup_oci_config struct oci_config *config = NULL;
	struct error err = { 0 };
	int result = oci_config_parse(json, strlen(json), &config, &err);

	if (result == 0)
		result = oci_config_validate(config, &err);
	if (!wanted && result < 0)
		fail_msg("%s\nis refused: %s", json, err.text);
	if (wanted && result == 0)
		fail_msg("%s\nis accepted, not refused with: %s", json, wanted);
	if (wanted && strncmp(err.text, wanted, strlen(wanted)) != 0)
		fail_msg("%s\nis refused with: %s\nnot with: %s", json, err.text, wanted);
	assert_int_equal(result, wanted ? -1 : 0);
}

/* Each part goes where `frame` has its %s. */
static inline void validate_cases(
	const char *frame, const struct validate_case *cases, size_t count)
{
	assert_true(count > 0);
	for (size_t i = 0; i < count; i++) {
		cleanup_text struct text json = { 0 };
		const char *hole = strstr(frame, "%s");

		assert_non_null(hole);
		text_add_bytes(&json, frame, (size_t)(hole - frame));
		text_add(&json, cases[i].part);
		text_add(&json, hole + 2);
		for (char *c = json.data; *c; c++)
			*c = *c == '\'' ? '"' : *c;
		validate_config(json.data, cases[i].error);
	}
}

#define FRAME_TOP "{'ociVersion': '1.3.0', 'root': {'path': 'rootfs'}, %s}"
#define FRAME_PROCESS                                                                          \
	"{'ociVersion': '1.3.0', 'root': {'path': 'rootfs'}, 'process': {'cwd': '/', 'args': " \
	"['sh'], %s}}"
#define FRAME_MOUNT "{'ociVersion': '1.3.0', 'root': {'path': 'rootfs'}, 'mounts': [{%s}]}"
#define FRAME_LINUX "{'ociVersion': '1.3.0', 'root': {'path': 'rootfs'}, 'linux': {%s}}"
#define FRAME_RESOURCES \
	"{'ociVersion': '1.3.0', 'root': {'path': 'rootfs'}, 'linux': {'resources': {%s}}}"
#define FRAME_SECCOMP \
	"{'ociVersion': '1.3.0', 'root': {'path': 'rootfs'}, 'linux': {'seccomp': {%s}}}"

#define VALIDATE_CASES(frame, cases) validate_cases(frame, cases, ARRAY_LENGTH(cases))

#endif
