/* SPDX-License-Identifier: Apache-2.0 */
#include "linux/systemd_devices.h"

#include <string.h>

#include "base/cleanup.h"
#include "linux/cgroup_devices.h"

/* "ac 1:3 rwm". A minor number of all drivers has no name: it is denied when systemd writes the rules anew. */
static void add_pair(const char *line, struct strv *pairs)
{
	const char *kind = line[1] == 'b' ? "block" : "char", *major = line + 3;
	int major_length = (int)strcspn(major, ":");
	const char *minor = major + major_length + 1;
	int minor_length = (int)strcspn(minor, " ");
	cleanup_text struct text device = { 0 };

	if (*minor == '*')
		text_printf(&device, "%s-%.*s", kind, major_length, major);
	else if (*major == '*')
		return;
	else
		text_printf(&device, "/dev/%s/%.*s:%.*s", kind, major_length, major, minor_length,
			minor);
	strv_add(pairs, device.data);
	strv_add(pairs, minor + minor_length + 1);
}

int systemd_devices_list(const struct cgroup_device_rule *rules, size_t length, struct strv *pairs,
	bool *strict, struct error *err)
{
	cleanup_strv struct strv lines = { 0 };

	if (cgroup_devices_v1_lines(rules, length, &lines, err) < 0)
		return -1;
	*strict = lines.length > 0 && strcmp(lines.items[0], "da") == 0;
	/* Behind a default of nothing there are only exceptions that allow. */
	for (size_t i = 1; *strict && i < lines.length; i++)
		add_pair(lines.items[i], pairs);
	return 0;
}
