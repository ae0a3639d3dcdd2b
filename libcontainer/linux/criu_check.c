/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked of CRIU before anything is touched, and what it had to say when it failed. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "linux/criu.h"

#define CRIU_VERSION_MIN 31700
/* Since 6.13 the data of the vDSO lies in two mappings; 4.1 is the first that can move both. */
#define CRIU_VERSION_SPLIT_VVAR 40100
#define CRIU_LOG_TOGETHER 24 /* lines */
#define CRIU_LOG_MAX ((size_t)64 * 1024 * 1024)

static int criu_ask_once(const char *program, enum criu_request_type type,
	const struct criu_features *features, struct criu_response *response, struct error *err)
{
	const struct criu_setup setup = { .program = program, .cgroup = -1 };
	struct criu criu;
	int result;

	if (criu_start(&criu, &setup, err) < 0)
		return -1;
	result = criu_ask(&criu, type, NULL, features, NULL, NULL, response, err);
	criu_end(&criu);
	return result;
}

int criu_read_version(const char *program, int *version, struct error *err)
{
	struct criu_response response = { 0 };
	int result = criu_ask_once(program, CRIU_VERSION, NULL, &response, err);

	*version = response.version;
	criu_response_free(&response);
	return result;
}

int criu_read_features(const char *program, const struct criu_features *wanted,
	struct criu_features *had, struct error *err)
{
	struct criu_response response = { 0 };
	int result = criu_ask_once(program, CRIU_FEATURE_CHECK, wanted, &response, err);

	*had = response.features;
	criu_response_free(&response);
	return result;
}

static void criu_format_version(int version, char text[32])
{
	if (version % 100)
		snprintf(text, 32, "%d.%d.%d", version / 10000, version / 100 % 100, version % 100);
	else
		snprintf(text, 32, "%d.%d", version / 10000, version / 100 % 100);
}

static bool criu_kernel_splits_vvar(struct utsname *name)
{
	char *end;
	long major, minor;

	if (uname(name) < 0)
		return false;
	major = strtol(name->release, &end, 10);
	minor = *end == '.' ? strtol(end + 1, NULL, 10) : 0;
	return major > 6 || (major == 6 && minor >= 13);
}

int criu_check(const char *program, int *version, struct error *err)
{
	struct utsname kernel = { 0 };
	bool split = criu_kernel_splits_vvar(&kernel);
	char had[32], needed[32];

	if (criu_read_version(program, version, err) < 0)
		return -1;
	criu_format_version(*version, had);
	criu_format_version(split ? CRIU_VERSION_SPLIT_VVAR : CRIU_VERSION_MIN, needed);
	if (*version < CRIU_VERSION_MIN)
		return error_set(err, ENOTSUP, "'%s' is CRIU %s; %s or later is needed", program,
			had, needed);
	if (split && *version < CRIU_VERSION_SPLIT_VVAR)
		return error_set(err, ENOTSUP,
			"'%s' is CRIU %s, which can not move the vDSO of Linux %s; %s or later is "
			"needed",
			program, had, kernel.release, needed);
	return 0;
}

/* "(00.18) Error (criu/files-reg.c:1790): Can't lookup ...": what is behind the place; or NULL. */
static const char *criu_error_of(const char *line)
{
	const char *error = strstr(line, "Error (");
	const char *sentence = error ? strstr(error, "): ") : NULL;

	return sentence ? sentence + strlen("): ") : NULL;
}

/*
 * CRIU calls things errors which it goes on from, when it looks at what the kernel can do. Those that made it
 * fail stand together, right before it says that it has failed: the first is the cause, the rest is what
 * followed from it. NULL when there is none. Cuts the log into lines.
 */
static const char *criu_find_error(char *log)
{
	const char *first = NULL;
	size_t first_at = 0, number = 0;
	char *rest;

	for (char *line = strtok_r(log, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		const char *sentence = criu_error_of(line);

		number++;
		if (!sentence)
			continue;
		if (first && (strstr(sentence, "Dumping FAILED") ||
				     strstr(sentence, "Restoring FAILED")))
			break;
		if (!first || number - first_at > CRIU_LOG_TOGETHER) {
			first = sentence;
			first_at = number;
		}
	}
	return first;
}

int criu_explain(const struct criu_response *response, int directory, const char *path,
	const char *name, struct error *err)
{
	const struct error said = *err;
	cleanup_free char *log = NULL;
	const char *sentence = NULL;
	int code = said.code ? said.code : EIO;

	if (io_read_file(directory, name, &log, CRIU_LOG_MAX) >= 0)
		sentence = criu_find_error(log);
	if (!sentence)
		sentence = response->message;
	if (!sentence && response->code)
		sentence = strerror(response->code);
	if (!sentence)
		return error_set(err, code, "%.700s; its log is '%s/%s'",
			said.code ? said.text : "CRIU failed", path, name);
	return error_set(err, code, "CRIU: %.700s; its log is '%s/%s'", sentence, path, name);
}
