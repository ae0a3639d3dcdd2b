/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked of CRIU before anything is touched, and what it had to say when it failed. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/log.h"
#include "linux/breakpoints.h"
#include "linux/criu.h"

#define CRIU_VERSION_MIN 31700
/* Since 6.13 the data of the vDSO lies in two mappings; 4.1 is the first that can move both. */
#define CRIU_VERSION_SPLIT_VVAR 40100
/* Asks the machine itself whether breakpoints fire. */
#define CRIU_VERSION_ASKS_BREAKPOINTS 40200
#define CRIU_CACHE_TEMPORARY "/run/criu.kdat.tmp"
#define CRIU_CACHE_SECONDS 60 /* it is written in no time */
#define CRIU_LOG_TOGETHER 24  /* lines */
#define CRIU_LOG_LAST 8       /* lines that may be about one step */
#define CRIU_STEP_TRAP " to trap"
#define CRIU_LOG_MAX ((size_t)64 * 1024 * 1024)

static int criu_ask_once(const char *program, int lock, enum criu_request_type type,
	const struct criu_features *features, struct criu_response *response, struct error *err)
{
	const struct criu_setup setup = {
		.program = program,
		.cgroup = -1,
		.lock = lock,
		.watch = { .timeout = CRIU_TIMEOUT, .images = -1, .work = -1 },
	};
	struct criu criu;
	int result;

	if (criu_start(&criu, &setup, err) < 0)
		return -1;
	result = criu_ask(&criu, type, NULL, features, NULL, NULL, response, err);
	criu_end(&criu);
	if (result < 0 && criu.end == CRIU_SIGNALED)
		error_set(err, EPIPE, "'%s' was killed by signal %d (%s) before it answered",
			program, criu.signal, strsignal(criu.signal));
	return result;
}

int criu_read_version(const char *program, int lock, int *version, struct error *err)
{
	struct criu_response response = { 0 };
	int result = criu_ask_once(program, lock, CRIU_VERSION, NULL, &response, err);

	*version = response.version;
	criu_response_free(&response);
	return result;
}

int criu_read_features(const char *program, int lock, const struct criu_features *wanted,
	struct criu_features *had, struct error *err)
{
	struct criu_response response = { 0 };
	int result = criu_ask_once(program, lock, CRIU_FEATURE_CHECK, wanted, &response, err);

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

int criu_check(const char *program, int lock, int *version, struct error *err)
{
	struct utsname kernel = { 0 };
	bool split = criu_kernel_splits_vvar(&kernel);
	char had[32], needed[32];

	if (criu_read_version(program, lock, version, err) < 0)
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

/* What it has written about what it is about to do, behind the time: "(00.123456) Waiting for 7 to trap". */
static const char *criu_step_of(char *line)
{
	char *behind = line[0] == '(' ? strstr(line, ") ") : NULL;

	line = behind ? behind + strlen(") ") : line;
	return line + strspn(line, " \t");
}

/*
 * The last line that is its own, and not of the code that it has put into a process, nor about its word to us; or, when that code was about to
 * end, that CRIU waits for the process. NULL: there is none. Cuts the log into lines.
 */
static const char *criu_find_step(char *log)
{
	const char *step = NULL;

	for (size_t lines = 0; *log && lines < CRIU_LOG_LAST; lines++) {
		char *line = strrchr(log, '\n');
		const char *said = criu_step_of(line ? line + 1 : log);

		if (strstr(said, CRIU_STEP_TRAP))
			return said;
		if (!step && *said && !text_starts_with(said, "pie: ") && !text_equal(said, "RPC"))
			step = said;
		if (!line)
			break;
		*line = '\0';
	}
	return step;
}

/* What is known to be waited for without end. */
static const char *criu_hint(const char *step)
{
	if (step && strstr(step, CRIU_STEP_TRAP))
		return "; there are machines whose hardware breakpoints never fire: CRIU 4.2 "
		       "does without";
	return "";
}

static int criu_explain_end(const struct criu *criu, const char *step, const char *path,
	const char *name, struct error *err)
{
	cleanup_text struct text how = { 0 };
	int code = EPIPE;

	if (criu->end == CRIU_TIMED_OUT) {
		code = ETIMEDOUT;
		text_printf(&how, "made no progress for %d s and was ended", criu->watch.timeout);
	} else if (criu->end == CRIU_UNKILLABLE) {
		code = ETIMEDOUT;
		text_add(&how,
			"does not end even when it is killed, and still holds what it traces");
	} else {
		text_printf(&how, "was killed by signal %d (%s)", criu->signal,
			strsignal(criu->signal));
	}
	if (!step)
		return error_set(err, code, "CRIU %s, before it wrote anything to its log '%s/%s'",
			how.data, path, name);
	return error_set(err, code, "CRIU %s; the step it was at: '%.300s'%s; its log is '%s/%s'",
		how.data, step, criu->end == CRIU_TIMED_OUT ? criu_hint(step) : "", path, name);
}

int criu_explain(const struct criu *criu, const struct criu_response *response, int directory,
	const char *path, const char *name, struct error *err)
{
	const struct error said = *err;
	cleanup_free char *log = NULL;
	const char *sentence = NULL;
	int code = said.code ? said.code : EIO;
	bool read = io_read_file(directory, name, &log, CRIU_LOG_MAX) >= 0;

	if (criu->end == CRIU_TIMED_OUT || criu->end == CRIU_SIGNALED ||
		criu->end == CRIU_UNKILLABLE)
		return criu_explain_end(criu, read ? criu_find_step(log) : NULL, path, name, err);
	if (read)
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

bool criu_needs_no_breakpoints(int version)
{
	return version < CRIU_VERSION_ASKS_BREAKPOINTS && breakpoints_recall() != BREAKPOINTS_FIRE;
}

void criu_remove_stale_cache(void)
{
	struct timespec now;
	struct stat st;

	if (lstat(CRIU_CACHE_TEMPORARY, &st) < 0 || !S_ISREG(st.st_mode) || st.st_uid != 0 ||
		clock_gettime(CLOCK_REALTIME, &now) < 0 ||
		now.tv_sec - st.st_mtim.tv_sec < CRIU_CACHE_SECONDS)
		return;
	if (unlink(CRIU_CACHE_TEMPORARY) == 0)
		log_debug("removed '" CRIU_CACHE_TEMPORARY "', which a killed CRIU has left");
	else
		log_warning("'" CRIU_CACHE_TEMPORARY
			    "', which a killed CRIU has left, slows down every other: %s",
			strerror(errno));
}
