/* SPDX-License-Identifier: Apache-2.0 */
/* The options of a mount: a table of what each name does, and one function that lets them do it. */
#include "linux/mount_options.h"

#include <errno.h>
#include <string.h>
#include <sys/mount.h>

#ifndef MOUNT_ATTR_NOSYMFOLLOW
#define MOUNT_ATTR_NOSYMFOLLOW 0x00200000
#endif

enum option_effect {
	OPTION_NOTHING,
	OPTION_SET,             /* of this mount */
	OPTION_CLEAR,           /* of this mount */
	OPTION_RECURSIVE_SET,   /* of the whole tree */
	OPTION_RECURSIVE_CLEAR, /* of the whole tree */
	OPTION_PROPAGATE,
	OPTION_PROPAGATE_ALL,
	OPTION_SWITCH,    /* a bool of struct mount_options, at `value` */
	OPTION_PARAMETER, /* of the superblock, by the same name */
};

struct option {
	const char *name;
	enum option_effect effect;
	uint64_t value;
	bool parameter; /* is a parameter of the superblock as well */
};

#define SWITCH(member) OPTION_SWITCH, offsetof(struct mount_options, member), false

/*
 * Sorted by name. All the ways to leave a stricter atime lead to relatime, which is the kernel's
 * default and is MOUNT_ATTR_RELATIME == 0.
 */
static const struct option options_table[] = {
	{ "acl", OPTION_PARAMETER, 0, false },
	{ "async", OPTION_PARAMETER, 0, false },
	{ "atime", OPTION_SET, MOUNT_ATTR_RELATIME, false },
	{ "bind", SWITCH(bind) },
	{ "defaults", OPTION_NOTHING, 0, false },
	{ "dev", OPTION_CLEAR, MOUNT_ATTR_NODEV, false },
	{ "diratime", OPTION_CLEAR, MOUNT_ATTR_NODIRATIME, false },
	{ "dirsync", OPTION_PARAMETER, 0, false },
	{ "exec", OPTION_CLEAR, MOUNT_ATTR_NOEXEC, false },
	{ "idmap", SWITCH(idmap) },
	{ "iversion", OPTION_PARAMETER, 0, false },
	{ "lazytime", OPTION_PARAMETER, 0, false },
	{ "loud", OPTION_NOTHING, 0, false },
	{ "mand", OPTION_PARAMETER, 0, false },
	{ "noacl", OPTION_PARAMETER, 0, false },
	{ "noatime", OPTION_SET, MOUNT_ATTR_NOATIME, false },
	{ "nodev", OPTION_SET, MOUNT_ATTR_NODEV, false },
	{ "nodiratime", OPTION_SET, MOUNT_ATTR_NODIRATIME, false },
	{ "noexec", OPTION_SET, MOUNT_ATTR_NOEXEC, false },
	{ "noiversion", OPTION_PARAMETER, 0, false },
	{ "nolazytime", OPTION_PARAMETER, 0, false },
	{ "nomand", OPTION_PARAMETER, 0, false },
	{ "norelatime", OPTION_SET, MOUNT_ATTR_RELATIME, false },
	{ "nostrictatime", OPTION_SET, MOUNT_ATTR_RELATIME, false },
	{ "nosuid", OPTION_SET, MOUNT_ATTR_NOSUID, false },
	{ "nosymfollow", OPTION_SET, MOUNT_ATTR_NOSYMFOLLOW, false },
	{ "private", OPTION_PROPAGATE, MS_PRIVATE, false },
	{ "ratime", OPTION_RECURSIVE_SET, MOUNT_ATTR_RELATIME, false },
	{ "rbind", SWITCH(bind_recursive) },
	{ "rdev", OPTION_RECURSIVE_CLEAR, MOUNT_ATTR_NODEV, false },
	{ "rdiratime", OPTION_RECURSIVE_CLEAR, MOUNT_ATTR_NODIRATIME, false },
	{ "relatime", OPTION_SET, MOUNT_ATTR_RELATIME, false },
	{ "remount", SWITCH(remount) },
	{ "rexec", OPTION_RECURSIVE_CLEAR, MOUNT_ATTR_NOEXEC, false },
	{ "ridmap", SWITCH(idmap_recursive) },
	{ "rnoatime", OPTION_RECURSIVE_SET, MOUNT_ATTR_NOATIME, false },
	{ "rnodev", OPTION_RECURSIVE_SET, MOUNT_ATTR_NODEV, false },
	{ "rnodiratime", OPTION_RECURSIVE_SET, MOUNT_ATTR_NODIRATIME, false },
	{ "rnoexec", OPTION_RECURSIVE_SET, MOUNT_ATTR_NOEXEC, false },
	{ "rnorelatime", OPTION_RECURSIVE_SET, MOUNT_ATTR_RELATIME, false },
	{ "rnostrictatime", OPTION_RECURSIVE_SET, MOUNT_ATTR_RELATIME, false },
	{ "rnosuid", OPTION_RECURSIVE_SET, MOUNT_ATTR_NOSUID, false },
	{ "rnosymfollow", OPTION_RECURSIVE_SET, MOUNT_ATTR_NOSYMFOLLOW, false },
	{ "ro", OPTION_SET, MOUNT_ATTR_RDONLY, true },
	{ "rprivate", OPTION_PROPAGATE_ALL, MS_PRIVATE, false },
	{ "rrelatime", OPTION_RECURSIVE_SET, MOUNT_ATTR_RELATIME, false },
	{ "rro", OPTION_RECURSIVE_SET, MOUNT_ATTR_RDONLY, false },
	{ "rrw", OPTION_RECURSIVE_CLEAR, MOUNT_ATTR_RDONLY, false },
	{ "rshared", OPTION_PROPAGATE_ALL, MS_SHARED, false },
	{ "rslave", OPTION_PROPAGATE_ALL, MS_SLAVE, false },
	{ "rstrictatime", OPTION_RECURSIVE_SET, MOUNT_ATTR_STRICTATIME, false },
	{ "rsuid", OPTION_RECURSIVE_CLEAR, MOUNT_ATTR_NOSUID, false },
	{ "rsymfollow", OPTION_RECURSIVE_CLEAR, MOUNT_ATTR_NOSYMFOLLOW, false },
	{ "runbindable", OPTION_PROPAGATE_ALL, MS_UNBINDABLE, false },
	{ "rw", OPTION_CLEAR, MOUNT_ATTR_RDONLY, true },
	{ "shared", OPTION_PROPAGATE, MS_SHARED, false },
	{ "silent", OPTION_NOTHING, 0, false },
	{ "slave", OPTION_PROPAGATE, MS_SLAVE, false },
	{ "strictatime", OPTION_SET, MOUNT_ATTR_STRICTATIME, false },
	{ "suid", OPTION_CLEAR, MOUNT_ATTR_NOSUID, false },
	{ "symfollow", OPTION_CLEAR, MOUNT_ATTR_NOSYMFOLLOW, false },
	{ "sync", OPTION_PARAMETER, 0, false },
	{ "tmpcopyup", SWITCH(tmpcopyup) },
	{ "unbindable", OPTION_PROPAGATE, MS_UNBINDABLE, false },
};

static const struct option *option_find(const char *name)
{
	size_t low = 0, high = ARRAY_LENGTH(options_table);

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(name, options_table[middle].name);

		if (order == 0)
			return &options_table[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

/* The bits of an attribute: those of atime are one value of several, not a flag each. */
static uint64_t option_attribute_mask(uint64_t value)
{
	return (value & ~(uint64_t)MOUNT_ATTR__ATIME) == 0 ? MOUNT_ATTR__ATIME : value;
}

/* Forgets what earlier options said of the same attribute, then says `set` or clear. */
static void option_change(uint64_t *set, uint64_t *clear, uint64_t value, bool on)
{
	uint64_t mask = option_attribute_mask(value);

	*set &= ~mask;
	*clear &= ~mask;
	if (on)
		*set |= value;
	/* mount_setattr(2) wants all atime bits cleared where one is set. */
	if (!on || mask == MOUNT_ATTR__ATIME)
		*clear |= mask;
}

static void option_change_recursive(struct mount_options *parsed, uint64_t value, bool on)
{
	uint64_t mask = option_attribute_mask(value);

	/* The whole tree includes its top: what was said of that alone is superseded. */
	parsed->attr_set &= ~mask;
	parsed->attr_clear &= ~mask;
	option_change(&parsed->recursive_set, &parsed->recursive_clear, value, on);
}

static void option_apply(const struct option *option, struct mount_options *parsed)
{
	switch (option->effect) {
	case OPTION_NOTHING:
		break;
	case OPTION_SET:
	case OPTION_CLEAR:
		option_change(&parsed->attr_set, &parsed->attr_clear, option->value,
			option->effect == OPTION_SET);
		break;
	case OPTION_RECURSIVE_SET:
	case OPTION_RECURSIVE_CLEAR:
		option_change_recursive(
			parsed, option->value, option->effect == OPTION_RECURSIVE_SET);
		break;
	case OPTION_PROPAGATE:
	case OPTION_PROPAGATE_ALL:
		parsed->propagation = option->value;
		parsed->propagation_recursive = option->effect == OPTION_PROPAGATE_ALL;
		break;
	case OPTION_SWITCH:
		*(bool *)((char *)parsed + option->value) = true;
		break;
	case OPTION_PARAMETER:
		strv_add(&parsed->parameters, option->name);
		break;
	}
	if (option->parameter)
		strv_add(&parsed->parameters, option->name);
}

int mount_options_parse(
	char *const *options, size_t count, struct mount_options *parsed, struct error *err)
{
	*parsed = (struct mount_options){ 0 };
	for (size_t i = 0; i < count; i++) {
		const struct option *option = option_find(options[i]);

		if (option) {
			option_apply(option, parsed);
			continue;
		}
		if (options[i][0] == '\0' || options[i][0] == '=') {
			mount_options_free(parsed);
			return error_set(
				err, EINVAL, "options[%zu]: '%s' has no name", i, options[i]);
		}
		strv_add(&parsed->parameters, options[i]);
	}
	parsed->bind |= parsed->bind_recursive;
	parsed->idmap |= parsed->idmap_recursive;
	return 0;
}

void mount_options_free(struct mount_options *options)
{
	strv_free(&options->parameters);
}

const char *const *mount_options_names(void)
{
	static const char *names[ARRAY_LENGTH(options_table) + 1];

	for (size_t i = 0; i < ARRAY_LENGTH(options_table); i++)
		names[i] = options_table[i].name;
	return names;
}
