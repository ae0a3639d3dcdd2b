/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static struct {
	int fd;
	enum log_format format;
	bool debug;
} log_target = { .fd = -1 };

static const char *const log_level_names[] = { "debug", "info", "warning", "error" };

int log_open(const char *path, enum log_format format, bool debug, struct error *err)
{
	log_target.format = format;
	log_target.debug = debug;
	if (!path)
		return 0;
	/* A FIFO that nobody reads is neither waited for now nor when it is full. */
	log_target.fd =
		open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0644);
	if (log_target.fd < 0)
		return error_errno(err, errno, "--log: open '%s'", path);
	return 0;
}

void log_close(void)
{
	cleanup_fd(&log_target.fd);
}

/* RFC 8259 section 7: quote, backslash and control characters; the rest is passed through. */
static void log_add_json_string(struct text *line, const char *s)
{
	text_add(line, "\"");
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			text_printf(line, "\\%c", *s);
		else if ((unsigned char)*s < 0x20)
			text_printf(line, "\\u%04x", (unsigned char)*s);
		else
			text_add_bytes(line, s, 1);
	}
	text_add(line, "\"");
}

static void log_to_file(enum log_level level, const char *sentence)
{
	cleanup_text struct text line = { 0 };
	struct timespec now;
	char stamp[64] = "";
	struct tm utc;

	clock_gettime(CLOCK_REALTIME, &now);
	if (gmtime_r(&now.tv_sec, &utc))
		strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%S", &utc);
	if (log_target.format == LOG_FORMAT_JSON) {
		text_printf(&line, "{\"level\":\"%s\",\"msg\":", log_level_names[level]);
		log_add_json_string(&line, sentence);
		text_printf(&line, ",\"time\":\"%s.%09ldZ\"}\n", stamp, now.tv_nsec);
	} else {
		text_printf(&line, "time=\"%s.%09ldZ\" level=%s msg=", stamp, now.tv_nsec,
			log_level_names[level]);
		log_add_json_string(&line, sentence);
		text_add(&line, "\n");
	}
	/*
	 * One write, so that lines of several processes do not mix; a full disk must not stop us.
	 */
	(void)io_write_all(log_target.fd, line.data, line.length);
}

static void log_sentence(enum log_level level, const char *sentence)
{
	/* First, since the line of the file needs memory, which may be what is wanting. */
	if (level == LOG_LEVEL_ERROR)
		dprintf(STDERR_FILENO, "elsewhen: %s\n", sentence);
	if (log_target.fd >= 0)
		log_to_file(level, sentence);
	if (level == LOG_LEVEL_ERROR)
		return;
	if (level == LOG_LEVEL_INFORMATION && log_target.fd < 0)
		dprintf(STDERR_FILENO, "%s\n", sentence);
	else if (log_target.fd < 0)
		dprintf(STDERR_FILENO, "elsewhen: %s: %s\n", log_level_names[level], sentence);
}

void log_debug(const char *format, ...)
{
	char sentence[1024];
	va_list args;

	if (!log_target.debug)
		return;
	va_start(args, format);
	vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	log_sentence(LOG_LEVEL_DEBUG, sentence);
}

void log_information(const char *format, ...)
{
	char sentence[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	log_sentence(LOG_LEVEL_INFORMATION, sentence);
}

void log_warning(const char *format, ...)
{
	char sentence[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	log_sentence(LOG_LEVEL_WARNING, sentence);
}

void log_error(const struct error *err)
{
	log_sentence(LOG_LEVEL_ERROR, err->text);
}
