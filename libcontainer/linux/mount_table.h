/* SPDX-License-Identifier: Apache-2.0 */
/* The mounts of a process's mount namespace: /proc/PID/mountinfo (proc_pid_mountinfo(5)). */
#ifndef LINUX_MOUNT_TABLE_H
#define LINUX_MOUNT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct mount_entry {
	int id, parent;
	char *device;  /* "8:1" */
	char *root;    /* which part of the filesystem; escapes undone */
	char *point;   /* as the process sees it, below its own root; escapes undone */
	char *options; /* of the mount: "rw,nosuid" */
	char *type;
	char *super;        /* options of the filesystem */
	int shared, master; /* peer groups, or 0 */
};

struct mount_table {
	char *text; /* what the entries point into */
	struct mount_entry *items;
	size_t length;
};

/* `pid` 0: the caller's. 0 or -errno. */
int mount_table_read(pid_t pid, struct mount_table *table);
/* The same of the file's content, which is the table's from then on, also after a failure. */
int mount_table_parse(char *text, struct mount_table *table);
void mount_table_free(struct mount_table *table);
#define cleanup_mount_table __attribute__((cleanup(mount_table_free)))

/* NULL: there is no such mount in that namespace. */
const struct mount_entry *mount_table_by_id(const struct mount_table *table, int id);
/* The uppermost of those at a mount point. */
const struct mount_entry *mount_table_at(const struct mount_table *table, const char *point);

/* The one at a mount point that no other there lies on. */
const struct mount_entry *mount_table_top(const struct mount_table *table, const char *point);
size_t mount_table_count(const struct mount_table *table, const char *point);
bool mount_table_has_device(const struct mount_table *table, const char *device);
/* Whether "ro" is among "rw,nosuid". */
bool mount_table_has_option(const char *options, const char *option);

/* Whether it is below another mount, at any depth. */
bool mount_table_is_below(
	const struct mount_table *table, const struct mount_entry *entry, int ancestor);

/* The id of the mount that `fdinfo` ("/proc/PID/fdinfo/N") says the descriptor is in; or -errno. */
int mount_table_id_of(const char *fdinfo);

#endif
