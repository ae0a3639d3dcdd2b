/* SPDX-License-Identifier: Apache-2.0 */
/*
 * New filesystems, configured one parameter at a time, so that the kernel can say which it refuses.
 */
#include "linux/mount.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "linux/procfs_context.h"

#define MOUNT_VALUE_MAX 255 /* fsconfig(2) takes no longer string */

/*
 * The kernel's own words about the last failure ("tmpfs: Bad value for 'size'"), or strerror: the
 * context is a log of lines "e text", "w text", "i text", one a read(2).
 */
static const char *mount_context_reason(int context, int code, char *buffer, size_t size)
{
	const char *reason = strerror(code);
	char line[512];
	ssize_t length;

	while ((length = read(context, line, sizeof(line) - 1)) > 2) {
		line[length] = '\0';
		line[strcspn(line, "\n")] = '\0';
		if (line[0] != 'e')
			continue;
		snprintf(buffer, size, "%s", line + 2);
		reason = buffer;
	}
	return reason;
}

/* "mounts[3]<what>: <reason>"; errno is that of the failed call on the context. */
static int mount_context_error(
	int context, const struct mount_request *request, const char *what, struct error *err)
{
	int code = errno;
	char buffer[512];

	return error_set(err, code, "%s%s: %s", request->where, what,
		mount_context_reason(context, code, buffer, sizeof(buffer)));
}

/* SELinux contexts may stand in quotes, for the commas in them; fsconfig takes the bare value. */
static char *mount_unquote(char *value)
{
	size_t length = strlen(value);

	if (length < 2 || value[0] != '"' || value[length - 1] != '"')
		return value;
	value[length - 1] = '\0';
	return value + 1;
}

/* "key" or "key=value", neither longer than fsconfig(2) takes. */
static int mount_set_parameter(
	int context, const char *parameter, const struct mount_request *request, struct error *err)
{
	char copy[2 * MOUNT_VALUE_MAX], what[MOUNT_VALUE_MAX + 32], *value;
	int result;

	snprintf(what, sizeof(what), ".options: '%.*s'", MOUNT_VALUE_MAX, parameter);
	snprintf(copy, sizeof(copy), "%s", parameter);
	value = strchr(copy, '=');
	if (!value) {
		result = fsconfig(context, FSCONFIG_SET_FLAG, copy, NULL, 0);
	} else {
		*value = '\0';
		value = mount_unquote(value + 1);
		if (strlen(parameter) >= sizeof(copy) || strlen(value) > MOUNT_VALUE_MAX)
			return error_set(err, E2BIG, "%s%s...: longer than %d bytes",
				request->where, what, MOUNT_VALUE_MAX);
		result = fsconfig(context, FSCONFIG_SET_STRING, copy, value, 0);
	}
	return result < 0 ? mount_context_error(context, request, what, err) : 0;
}

static bool mount_is_gid(const char *parameter)
{
	return text_starts_with(parameter, "gid=");
}

/* `no_gid` leaves gid= out. With tmpcopyup "ro" comes after the copy, as an attribute. */
static int mount_set_parameters(
	int context, const struct mount_request *request, bool no_gid, struct error *err)
{
	const struct strv *parameters = &request->options.parameters;

	for (size_t i = 0; i < parameters->length; i++) {
		const char *parameter = parameters->items[i];

		if (request->options.tmpcopyup && strcmp(parameter, "ro") == 0)
			continue;
		if (no_gid && mount_is_gid(parameter))
			continue;
		if (mount_set_parameter(context, parameter, request, err) < 0)
			return -1;
	}
	return 0;
}

/* Filesystems that label their files by themselves. */
static bool mount_takes_label(const char *type)
{
	static const char *const own[] = { "proc", "sysfs", "mqueue", "cgroup", "cgroup2" };

	for (size_t i = 0; i < ARRAY_LENGTH(own); i++)
		if (strcmp(type, own[i]) == 0)
			return false;
	return true;
}

static int mount_configure(
	int context, const struct mount_request *request, bool no_gid, struct error *err)
{
	const char *source = request->source;

	if (source && *source && fsconfig(context, FSCONFIG_SET_STRING, "source", source, 0) < 0)
		return mount_context_error(context, request, ".source", err);
	if (mount_set_parameters(context, request, no_gid, err) < 0)
		return -1;
	if (request->label && *request->label && mount_takes_label(request->type) &&
		fsconfig(context, FSCONFIG_SET_STRING, "context", request->label, 0) < 0)
		return mount_context_error(context, request, ": linux.mountLabel", err);
	if (fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0) {
		char what[64];

		snprintf(what, sizeof(what), ": no new '%.32s'", request->type);
		return mount_context_error(context, request, what, err);
	}
	return 0;
}

static int mount_open_context(const struct mount_request *request, struct error *err)
{
	int context;

	if (request->pid_namespace && strcmp(request->type, "proc") == 0) {
		context = procfs_context_open(*request->pid_namespace, err);
		return context < 0 ? error_prefix(err, "%s", request->where) : context;
	}
	context = fsopen(request->type, FSOPEN_CLOEXEC);
	if (context < 0 && errno == ENODEV)
		return error_set(err, ENODEV, "%s.type: this kernel has no filesystem '%s'",
			request->where, request->type);
	if (context < 0)
		return error_errno(err, errno, "%s.type: '%s'", request->where, request->type);
	return context;
}

static int mount_make(const struct mount_request *request, bool no_gid, struct error *err)
{
	const struct mount_options *options = &request->options;
	uint64_t attributes = options->attr_set | options->recursive_set;
	cleanup_close int context = mount_open_context(request, err);
	int fd;

	if (context < 0 || mount_configure(context, request, no_gid, err) < 0)
		return -1;
	if (options->tmpcopyup)
		attributes &= ~(uint64_t)MOUNT_ATTR_RDONLY;
	fd = fsmount(context, FSMOUNT_CLOEXEC, (unsigned int)attributes);
	if (fd < 0)
		return mount_context_error(context, request, ": cannot be mounted", err);
	return fd;
}

/* Whether `gid` has a meaning in the caller's user namespace: lines of "inside outside length". */
static bool mount_gid_is_mapped(uint64_t gid)
{
	char map[4096], *at = map;

	if (io_read_small(AT_FDCWD, "/proc/self/gid_map", map, sizeof(map)) < 0)
		return true;
	while (*at) {
		uint64_t inside = strtoull(at, &at, 10), length;

		strtoull(at, &at, 10);
		length = strtoull(at, &at, 10);
		if (gid >= inside && gid - inside < length)
			return true;
		at += strspn(at, "\n");
	}
	return false;
}

/* Engines ask for gid=5 (tty) always; a user namespace with one id only has no such group. */
static int mount_devpts_again(const struct mount_request *request, struct error *err)
{
	const struct strv *parameters = &request->options.parameters;

	for (size_t i = 0; i < parameters->length; i++) {
		uint64_t gid;

		if (mount_is_gid(parameters->items[i]) &&
			number_parse_u64(parameters->items[i] + strlen("gid="), &gid) == 0 &&
			!mount_gid_is_mapped(gid))
			return mount_make(request, true, err);
	}
	return -1;
}

/*
 * The caller's own tree in the place of a new filesystem, with the attributes asked for on all of
 * it.
 */
static int mount_bind_instead(
	const struct mount_request *request, const char *source, struct error *err)
{
	struct mount_request bind = *request;
	struct error why;
	int fd;

	bind.source = source;
	bind.options = (struct mount_options){
		.bind = true,
		.bind_recursive = true,
		.recursive_set = request->options.attr_set | request->options.recursive_set,
		.propagation = request->options.propagation,
		.propagation_recursive = request->options.propagation_recursive,
	};
	/* A changed atime may be locked, and clearing nothing else needs no right. */
	bind.options.recursive_set &= ~(uint64_t)MOUNT_ATTR__ATIME;
	fd = mount_open_bind(&bind, &why);
	if (fd < 0)
		error_prefix(err, "%s", why.text);
	return fd;
}

/* A new sysfs needs a network namespace that the user namespace owns. */
static int mount_sysfs_again(const struct mount_request *request, struct error *err)
{
	return mount_bind_instead(request, "/sys", err);
}

/* NSpid lists the caller's pid in every PID namespace from that of the procfs down to its own. */
static bool mount_proc_is_own(void)
{
	static const char label[] = "\nNSpid:\t";
	char status[4096], *line;

	if (io_read_small(AT_FDCWD, "/proc/self/status", status, sizeof(status)) < 0)
		return false;
	line = strstr(status, label);
	if (!line)
		return false;
	line += strlen(label);
	return line[strspn(line, "0123456789")] == '\n';
}

/*
 * A new procfs needs a PID namespace that the user namespace owns. The one at /proc will do only
 * when it shows the same processes: that of any other namespace is not what was asked for.
 */
static int mount_proc_again(const struct mount_request *request, struct error *err)
{
	if (!request->pid_namespace && mount_proc_is_own())
		return mount_bind_instead(request, "/proc", err);
	return error_prefix(err, "%s",
		"a procfs of a new PID namespace needs a fully visible one in the user namespace "
		"(nothing mounted over parts of /proc)");
}

/* What to do where the first attempt was refused, as user namespaces often are. */
static const struct {
	const char *type;
	int code;
	int (*again)(const struct mount_request *request, struct error *err);
} mount_second_attempts[] = {
	{ "sysfs", EPERM, mount_sysfs_again },
	{ "proc", EPERM, mount_proc_again },
	{ "devpts", EINVAL, mount_devpts_again },
};

int mount_open_filesystem(const struct mount_request *request, struct error *err)
{
	int fd;

	if (!request->type)
		return error_set(err, EINVAL, "%s.type: needed for what is not a bind mount",
			request->where);
	fd = mount_make(request, false, err);
	for (size_t i = 0; fd < 0 && i < ARRAY_LENGTH(mount_second_attempts); i++)
		if (err->code == mount_second_attempts[i].code &&
			strcmp(request->type, mount_second_attempts[i].type) == 0)
			return mount_second_attempts[i].again(request, err);
	return fd;
}

int mount_reconfigure(int fd, const struct mount_request *request, struct error *err)
{
	cleanup_close int context = fspick(fd, "", FSPICK_CLOEXEC | FSPICK_EMPTY_PATH);

	if (context < 0)
		return error_errno(err, errno, "%s: '%s' cannot be remounted", request->where,
			request->destination);
	if (mount_set_parameters(context, request, false, err) < 0)
		return -1;
	if (fsconfig(context, FSCONFIG_CMD_RECONFIGURE, NULL, NULL, 0) < 0)
		return mount_context_error(context, request, ": cannot be remounted", err);
	return 0;
}
