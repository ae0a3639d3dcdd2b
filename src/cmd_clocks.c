/* SPDX-License-Identifier: Apache-2.0 */
/* elsewhen clocks */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/text.h"

#include "clocks_output.h"
#include "commands.h"

static struct {
	int format; /* enum output_format */
	bool watch;
	const char *save;
} clocks_values;

#define VALUE(name) offsetof(__typeof__(clocks_values), name)

/* clang-format off */
static const struct option_spec clocks_options[] = {
	{ "format", 'f', OPTION_CHOICE, VALUE(format), OUTPUT_FORMATS,
	  "how to print (default: table)" },
	{ "watch", 'w', OPTION_FLAG, VALUE(watch), NULL,
	  "print again every second, until the container ends" },
	{ "save", 's', OPTION_STRING, VALUE(save), "FILE",
	  "save them for 'elsewhen run --clock-from FILE'; '-' is standard output" },
	{ 0 },
};
/* clang-format on */

#define CLOCKS_HOME_AND_CLEAR "\033[H\033[J"

/* What was printed before, when it is printed again and again. */
struct clocks_view {
	bool redraw; /* in the place of what stands there */
	bool again;
	pid_t pid; /* of the container's init, by which it is the same container */
};

static void clocks_begin(struct clocks_view *view)
{
	if (view->redraw)
		fputs(CLOCKS_HOME_AND_CLEAR, stdout);
	else if (view->again && clocks_values.format == OUTPUT_TABLE)
		putchar('\n');
	view->again = true;
}

static int clocks_print_one(const struct container_runtime *runtime, const char *id,
	struct clocks_view *view, struct error *err)
{
	__attribute__((cleanup(container_clocks_free))) struct container_clocks clocks = { 0 };

	if (container_clocks(runtime, id, &clocks, err) < 0)
		return -1;
	if (view->again && view->pid != clocks.info.pid)
		return error_set(err, ESRCH, "container '%s' has ended", id);
	view->pid = clocks.info.pid;
	clocks_begin(view);
	clocks_output(&clocks, (enum output_format)clocks_values.format);
	return 0;
}

static int clocks_print_all(
	const struct container_runtime *runtime, struct clocks_view *view, struct error *err)
{
	struct container_info *infos;
	size_t count;

	if (container_list(runtime, &infos, &count, err) < 0)
		return -1;
	clocks_begin(view);
	clocks_output_list(infos, count, (enum output_format)clocks_values.format);
	for (size_t i = 0; i < count; i++)
		container_info_free(&infos[i]);
	free(infos);
	return 0;
}

static int clocks_print(
	const struct invocation *invocation, struct clocks_view *view, struct error *err)
{
	const char *id = invocation->operands[0];

	return id ? clocks_print_one(invocation->runtime, id, view, err)
		  : clocks_print_all(invocation->runtime, view, err);
}

/* That the container has ended, or is deleted by now, is what ends a watch, and no failure. */
static int clocks_watch(const struct invocation *invocation, struct error *err)
{
	const struct timespec second = { .tv_sec = 1 };
	struct clocks_view view = {
		.redraw = isatty(STDOUT_FILENO) && clocks_values.format == OUTPUT_TABLE,
	};

	while (clocks_print(invocation, &view, err) == 0) {
		/* Nobody reads it any more: the end of the program says so. */
		if (fflush(stdout) != 0)
			return 0;
		nanosleep(&second, NULL);
	}
	return view.again && (err->code == ESRCH || err->code == ENOENT) ? 0 : -1;
}

static int clocks_save(const struct invocation *invocation, struct error *err)
{
	const char *id = invocation->operands[0], *file = clocks_values.save;

	if (!id)
		return error_set(err, EINVAL, "clocks: --save: whose? give the ID of a container");
	if (clocks_values.watch)
		return error_set(err, EINVAL, "clocks: --watch can not be given beside --save");
	return container_clocks_save(
		invocation->runtime, id, text_equal(file, "-") ? NULL : file, err);
}

static int clocks_run(struct invocation *invocation, struct error *err)
{
	struct clocks_view view = { 0 };

	if (clocks_values.save)
		return clocks_save(invocation, err);
	if (clocks_values.watch)
		return clocks_watch(invocation, err);
	return clocks_print(invocation, &view, err);
}

const struct command command_clocks = {
	.name = "clocks",
	.operands = "[ID]",
	.operands_min = 0,
	.operands_max = 1,
	.summary = "show what the clocks of a container read",
	.description =
		"Shows every clock of the container ID as its processes read it, by vDSO and "
		"by system call, beside the host's; by how much they differ and by how much "
		"they should; and the time namespace. Without ID: a row for each container.",
	.example = "elsewhen clocks --watch web",
	.options = clocks_options,
	.values = &clocks_values,
	.enters_container = true,
	.run = clocks_run,
};
