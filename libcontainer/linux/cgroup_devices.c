/* SPDX-License-Identifier: Apache-2.0 */
/* Applies device rules, and brings a list of them into the form that cgroup v1 understands. */
#include "linux/cgroup_devices.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "linux/cgroup_bpf.h"

#define DEVICES_LIST_MAX ((size_t)1024 * 1024)

/*
 * v1 knows a default ("a" allowed or denied) and exceptions from it. The kernel takes an exception
 * back only by exactly the same device, so rules that take back are worked in here.
 */
struct exception_list {
	struct cgroup_device_rule *items;
	size_t length;
};

static bool is_about_all(const struct cgroup_device_rule *rule)
{
	return rule->type == 'a' && rule->major < 0 && rule->minor < 0 &&
	       memchr(rule->access, 'r', sizeof(rule->access)) &&
	       memchr(rule->access, 'w', sizeof(rule->access)) &&
	       memchr(rule->access, 'm', sizeof(rule->access));
}

static bool numbers_overlap(int64_t a, int64_t b)
{
	return a < 0 || b < 0 || a == b;
}

static bool number_covers(int64_t a, int64_t b)
{
	return a < 0 || a == b;
}

/* Removes from `access` the letters of `taken`; true when there were any. */
static bool take_access(char *access, size_t size, const char *taken)
{
	char left[sizeof(((struct cgroup_device_rule *)0)->access)] = "";
	size_t length = 0, before = strnlen(access, size);

	for (size_t i = 0; i < before; i++)
		if (!memchr(taken, access[i], strnlen(taken, size)))
			left[length++] = access[i];
	memcpy(access, left, size);
	return length != before;
}

/* Works a rule that agrees with the default into the exceptions before it. */
static int take_back(struct exception_list *exceptions, const struct cgroup_device_rule *rule,
	size_t index, struct error *err)
{
	for (size_t i = 0; i < exceptions->length; i++) {
		struct cgroup_device_rule *exception = &exceptions->items[i], before = *exception;

		if ((rule->type != 'a' && rule->type != exception->type) ||
			!numbers_overlap(rule->major, exception->major) ||
			!numbers_overlap(rule->minor, exception->minor) ||
			!take_access(exception->access, sizeof(exception->access), rule->access))
			continue;
		if (!number_covers(rule->major, before.major) ||
			!number_covers(rule->minor, before.minor))
			return error_set(err, ENOTSUP,
				"linux.resources.devices[%zu]: cgroup v1 cannot take back a part "
				"of "
				"an earlier rule",
				index);
	}
	return 0;
}

/* v1 has "a" only for everything; any other rule for both types becomes two. */
static void add_exception(struct exception_list *exceptions, const struct cgroup_device_rule *rule)
{
	for (const char *type = "bc"; *type; type++) {
		if (rule->type != 'a' && rule->type != *type)
			continue;
		exceptions->items[exceptions->length] = *rule;
		exceptions->items[exceptions->length++].type = *type;
	}
}

static void add_number(struct text *line, char before, int64_t number)
{
	if (number < 0)
		text_printf(line, "%c*", before);
	else
		text_printf(line, "%c%" PRId64, before, number);
}

static void add_line(struct strv *lines, const struct cgroup_device_rule *rule)
{
	cleanup_text struct text line = { 0 };
	int length = (int)strnlen(rule->access, sizeof(rule->access));

	if (length == 0)
		return;
	text_printf(&line, "%c%c", rule->allow ? 'a' : 'd', rule->type);
	add_number(&line, ' ', rule->major);
	add_number(&line, ':', rule->minor);
	text_printf(&line, " %.*s", length, rule->access);
	strv_add(lines, line.data);
}

int cgroup_devices_v1_lines(const struct cgroup_device_rule *rules, size_t length,
	struct strv *lines, struct error *err)
{
	struct exception_list exceptions = { 0 };
	cleanup_free struct cgroup_device_rule *items = calloc(2 * length + 1, sizeof(*items));
	bool has_default = false, default_allow = false;
	size_t first = 0;

	if (!items)
		return error_errno(err, ENOMEM, "linux.resources.devices");
	exceptions.items = items;
	/* Nothing before the last rule about everything matters. */
	for (size_t i = 0; i < length; i++) {
		if (is_about_all(&rules[i])) {
			has_default = true;
			default_allow = rules[i].allow;
			first = i + 1;
		}
	}
	for (size_t i = first; i < length; i++) {
		if (!has_default || rules[i].allow != default_allow)
			add_exception(&exceptions, &rules[i]);
		else if (take_back(&exceptions, &rules[i], i, err) < 0)
			return -1;
	}
	if (has_default)
		strv_add(lines, default_allow ? "aa" : "da");
	for (size_t i = 0; i < exceptions.length; i++)
		add_line(lines, &exceptions.items[i]);
	return 0;
}

/* "c 1:3 " of "c 1:3 rwm" */
static size_t device_length(const char *exception)
{
	return (size_t)(strrchr(exception, ' ') - exception) + 1;
}

/* Whether `list`, as devices.list shows it, has the whole of an exception. */
static bool list_has(const char *list, const char *exception)
{
	size_t device = device_length(exception);
	const char *letters;

	while (strncmp(list, exception, device) != 0) {
		list += strcspn(list, "\n");
		if (!*list++)
			return false;
	}
	letters = list + device;
	for (const char *letter = exception + device; *letter; letter++)
		if (!memchr(letters, *letter, strcspn(letters, "\n")))
			return false;
	return true;
}

/* The kernel makes one line of all exceptions for a device. */
static bool is_first_of_device(const struct strv *lines, size_t index)
{
	const char *exception = lines->items[index] + 1;

	for (size_t i = 1; i < index; i++)
		if (strncmp(lines->items[i] + 1, exception, device_length(exception)) == 0)
			return false;
	return true;
}

/*
 * Engines repeat the whole list when they change another limit. Writing it again would deny every
 * device for a moment, and is refused where the container has made cgroups below its own.
 */
static bool is_in_force(int directory, const struct strv *lines)
{
	cleanup_free char *list = NULL;
	size_t devices = 0;

	if (lines->length == 0 || strcmp(lines->items[0], "da") != 0 ||
		io_read_file(directory, "devices.list", &list, DEVICES_LIST_MAX) < 0)
		return false;
	for (size_t i = 1; i < lines->length; i++) {
		if (lines->items[i][0] != 'a' || !list_has(list, lines->items[i] + 1))
			return false;
		devices += is_first_of_device(lines, i);
	}
	for (const char *end = list; (end = strchr(end, '\n')); end++)
		devices--;
	return devices == 0;
}

static const char *explain(int result)
{
	if (result == -EPERM)
		return " (the parent cgroup does not allow it)";
	if (result == -EINVAL)
		return " (there are cgroups below it)";
	return "";
}

static int apply_v1(const struct cgroup_member *member, const struct cgroup_resources *resources,
	struct error *err)
{
	cleanup_strv struct strv lines = { 0 };

	if (cgroup_devices_v1_lines(resources->devices, resources->devices_length, &lines, err) < 0)
		return -1;
	if (is_in_force(member->fd, &lines))
		return 0;
	for (size_t i = 0; i < lines.length; i++) {
		const char *line = lines.items[i];
		const char *file = *line == 'a' ? "devices.allow" : "devices.deny";
		int result = io_write_control(member->fd, file, line + 1);

		if (cgroup_is_forbidden(result) && !cgroup_is_privileged())
			return 0;
		if (result < 0)
			return error_errno(err, -result,
				"linux.resources.devices: cannot write \"%s\" to %s/%s%s", line + 1,
				member->path, file, explain(result));
	}
	return 0;
}

static int apply_v2(const struct cgroup_member *member, const struct cgroup_resources *resources,
	struct error *err)
{
	cleanup_cgroup_bpf struct cgroup_bpf_program program = { 0 };
	int result;

	cgroup_bpf_compile(resources->devices, resources->devices_length, &program);
	result = cgroup_bpf_attach(member->fd, &program);
	if (cgroup_is_forbidden(result) && !cgroup_is_privileged())
		return 0;
	if (result < 0)
		return error_errno(err, -result,
			"linux.resources.devices: cannot attach a device program of %zu rules to "
			"%s",
			resources->devices_length, member->path);
	return 0;
}

int cgroup_devices_apply(const struct cgroup_members *members,
	const struct cgroup_resources *resources, struct error *err)
{
	const struct cgroup_member *v1, *v2;

	if (!resources->devices_set)
		return 0;
	if (cgroup_members_find(members, "devices", &v1, err) < 0)
		return error_prefix(err, "linux.resources.devices");
	if (v1)
		return apply_v1(v1, resources, err);
	v2 = cgroup_members_v2(members);
	if (v2)
		return apply_v2(v2, resources, err);
	if (!cgroup_is_privileged())
		return 0;
	return error_set(err, ENODEV,
		"linux.resources.devices: neither the v1 devices controller nor cgroup v2 is "
		"mounted");
}
