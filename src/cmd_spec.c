/* SPDX-License-Identifier: Apache-2.0 */
/* elsewhen spec, validate, features */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "oci/spec_template.h"

#include "commands.h"
#include "output.h"

static struct {
	const char *bundle;
	bool rootless;
} spec_values;

#define VALUE(name) offsetof(__typeof__(spec_values), name)

/* clang-format off */
static const struct option_spec spec_options[] = {
	{ "bundle", 'b', OPTION_STRING, VALUE(bundle), "DIR",
	  "write DIR/config.json (default: .)" },
	{ "rootless", 0, OPTION_FLAG, VALUE(rootless), NULL,
	  "for a user without rights: with a user namespace, without what it could not have" },
	{ 0 },
};

static const struct option_spec no_options[] = {
	{ 0 },
};
/* clang-format on */

/* O_EXCL: a config.json that somebody wrote is never lost. A part of ours is not left behind. */
static int spec_write(const char *bundle, const char *json, size_t length, struct error *err)
{
	cleanup_close int dirfd = open(bundle, O_PATH | O_DIRECTORY | O_CLOEXEC);
	cleanup_close int fd = -1;
	int written = 0;

	if (dirfd < 0)
		return error_errno(err, errno, "spec: open the bundle '%s'", bundle);
	fd = openat(dirfd, "config.json", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0 && errno == EEXIST)
		return error_set(err, EEXIST,
			"spec: '%s/config.json' exists and is not overwritten", bundle);
	if (fd < 0)
		return error_errno(err, errno, "spec: create '%s/config.json'", bundle);
	written = io_write_all(fd, json, length);
	if (written < 0) {
		unlinkat(dirfd, "config.json", 0);
		return error_errno(err, -written, "spec: write '%s/config.json'", bundle);
	}
	return 0;
}

static int spec_run(struct invocation *invocation, struct error *err)
{
	cleanup_free char *json = NULL;
	size_t length = 0;

	(void)invocation;
	if (oci_spec_template(spec_values.rootless, &json, &length) < 0)
		return error_set(err, EIO, "spec: the template could not be made");
	return spec_write(spec_values.bundle ? spec_values.bundle : ".", json, length, err);
}

static int validate_run(struct invocation *invocation, struct error *err)
{
	const char *bundle = invocation->operands_count ? invocation->operands[0] : ".";
	size_t length = strlen(bundle);

	if (container_validate(invocation->runtime, bundle, err) < 0)
		return -1;
	printf("%s%sconfig.json: valid\n", bundle, length && bundle[length - 1] == '/' ? "" : "/");
	return 0;
}

static int features_run(struct invocation *invocation, struct error *err)
{
	cleanup_free char *json = NULL;
	size_t length = 0;

	(void)invocation;
	if (container_features(&json, &length, err) < 0)
		return -1;
	output_print_json(json, length);
	return 0;
}

const struct command command_spec = {
	.name = "spec",
	.operands = "",
	.operands_min = 0,
	.operands_max = 0,
	.summary = "write a config.json to begin with",
	.description = "Writes a complete config.json with safe defaults, for a root filesystem in "
		       "the directory rootfs beside it. An existing one is not overwritten.",
	.example = "mkdir -p web/rootfs && elsewhen spec --bundle web",
	.options = spec_options,
	.values = &spec_values,
	.run = spec_run,
};

const struct command command_validate = {
	.name = "validate",
	.operands = "[BUNDLE]",
	.operands_min = 0,
	.operands_max = 1,
	.summary = "check a bundle as create would, and do nothing",
	.description =
		"Checks config.json in BUNDLE (default: .) as create would, against the "
		"specification and this machine, and makes nothing. Prints that it is valid, "
		"or what is wrong and where.",
	.example = "elsewhen validate /srv/web",
	.options = no_options,
	.run = validate_run,
};

const struct command command_features = {
	.name = "features",
	.operands = "",
	.operands_min = 0,
	.operands_max = 0,
	.summary = "print what this build and machine can do, as JSON",
	.description = "Prints what can be asked for in config.json, as the JSON object of the "
		       "runtime specification (features.md).",
	.example = "elsewhen features",
	.options = no_options,
	.run = features_run,
};
