/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "base/printable.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LOG_SENTENCE_SIZE 1024

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

/* Room for the longest sentence with every byte of it escaped. */
struct log_line {
	char text[LOG_SENTENCE_SIZE * PRINTABLE_GROWTH];
};

static const char *log_escape(
	const char *sentence, enum printable_style style, struct log_line *line)
{
	printable_copy(line->text, sentence, strnlen(sentence, LOG_SENTENCE_SIZE - 1), style);
	return line->text;
}

static void log_to_file(enum log_level level, const char *sentence)
{
	cleanup_text struct text line = { 0 };
	struct log_line escaped;
	struct timespec now;
	char stamp[64] = "";
	struct tm utc;

	clock_gettime(CLOCK_REALTIME, &now);
	if (gmtime_r(&now.tv_sec, &utc))
		strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%S", &utc);
	/* Both formats quote what is said alike. */
	log_escape(sentence, PRINTABLE_JSON, &escaped);
	if (log_target.format == LOG_FORMAT_JSON)
		text_printf(&line, "{\"level\":\"%s\",\"msg\":\"%s\",\"time\":\"%s.%09ldZ\"}\n",
			log_level_names[level], escaped.text, stamp, now.tv_nsec);
	else
		text_printf(&line, "time=\"%s.%09ldZ\" level=%s msg=\"%s\"\n", stamp, now.tv_nsec,
			log_level_names[level], escaped.text);
	/*
	 * One write, so that lines of several processes do not mix; a full disk must not stop us.
	 */
	(void)io_write_all(log_target.fd, line.data, line.length);
}

static void log_sentence(enum log_level level, const char *sentence)
{
	struct log_line escaped;

	/* What a sentence names may come from an image: it is not to drive the terminal. */
	log_escape(sentence, PRINTABLE_TERMINAL, &escaped);
	/* First, since the line of the file needs memory, which may be what is wanting. */
	if (level == LOG_LEVEL_ERROR)
		dprintf(STDERR_FILENO, "elsewhen: %s\n", escaped.text);
	if (log_target.fd >= 0)
		log_to_file(level, sentence);
	if (level == LOG_LEVEL_ERROR || log_target.fd >= 0)
		return;
	if (level == LOG_LEVEL_INFORMATION)
		dprintf(STDERR_FILENO, "%s\n", escaped.text);
	else
		dprintf(STDERR_FILENO, "elsewhen: %s: %s\n", log_level_names[level], escaped.text);
}

void log_debug(const char *format, ...)
{
	char sentence[LOG_SENTENCE_SIZE];
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
	char sentence[LOG_SENTENCE_SIZE];
	va_list args;

	va_start(args, format);
	vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	log_sentence(LOG_LEVEL_INFORMATION, sentence);
}

void log_warning(const char *format, ...)
{
	char sentence[LOG_SENTENCE_SIZE];
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
