/* SPDX-License-Identifier: Apache-2.0 */
#include "container/restore_check.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fatal.h"
#include "base/io.h"
#include "linux/namespace.h"
#include "linux/process.h"
#include "linux/process_rights.h"
#include "linux/procfs.h"

#define RIGHTS_MAP_SIZE 65536

static int rights_check_capabilities(
	const struct restored *of, const struct caps_sets *sets, struct error *err)
{
	uint64_t more = (sets->bounding | sets->permitted | sets->effective | sets->inheritable |
				sets->ambient) &
			~of->allowed;
	const char *name;

	if (!more)
		return 0;
	name = caps_name(__builtin_ctzll(more));
	return error_set(err, EPERM,
		"process.capabilities: process %d of the checkpoint has %s, which config.json does "
		"not give",
		(int)of->pid, name ? name : "a capability without a name");
}

static bool rights_has_other_id(const struct process_ids *ids, id_t wanted)
{
	return ids->real != wanted || ids->effective != wanted || ids->saved != wanted ||
	       ids->filesystem != wanted;
}

/* Without the capability, and where a program's setuid bit is without effect, nobody comes by another id. */
static int rights_check_ids(
	const struct restored *of, const struct process_rights *rights, struct error *err)
{
	const struct {
		const char *name;
		int capability;
		const struct process_ids *ids;
		id_t wanted;
	} kinds[] = {
		{ "uid", CAP_SETUID, &rights->uids, of->uid },
		{ "gid", CAP_SETGID, &rights->gids, of->gid },
	};

	if (!of->creation->config->process.no_new_privileges)
		return 0;
	for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++)
		if (!(of->allowed >> kinds[i].capability & 1) &&
			rights_has_other_id(kinds[i].ids, kinds[i].wanted))
			return error_set(err, EPERM,
				"process.user.%s: process %d of the checkpoint has another one "
				"(real %u, effective %u, here), which nothing in config.json lets "
				"it have",
				kinds[i].name, (int)of->pid, kinds[i].ids->real,
				kinds[i].ids->effective);
	return 0;
}

static int rights_check_thread(const struct restored *of, const char *thread, struct error *err)
{
	const struct oci_config *config = of->creation->config;
	struct process_rights rights;
	int result = process_rights_read(of->directory, thread, &rights);

	if (result < 0)
		return error_errno(
			err, -result, "read what process %d of the checkpoint may", (int)of->pid);
	if (config->process.no_new_privileges && !rights.no_new_privileges)
		return error_set(err, EPERM,
			"process.noNewPrivileges: process %d of the checkpoint is without",
			(int)of->pid);
	if (config->linux_.seccomp.set && !rights.filtered)
		return error_set(err, EPERM,
			"linux.seccomp: process %d of the checkpoint has no filter", (int)of->pid);
	if (config->linux_.seccomp.set && rights.filters && rights.filters < of->filters)
		return error_set(err, EPERM,
			"linux.seccomp: process %d of the checkpoint has %u filters, and that of "
			"config.json is not among them",
			(int)of->pid, rights.filters);
	if (rights_check_ids(of, &rights, err) < 0)
		return -1;
	return rights_check_capabilities(of, &rights.caps, err);
}

static int rights_check_threads(const struct restored *of, struct error *err)
{
	int fd = openat(of->directory, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cleanup_dir DIR *threads = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!threads)
		return error_errno(err, errno, "list the threads of process %d", (int)of->pid);
	while ((entry = readdir(threads)))
		if (entry->d_name[0] != '.' && rights_check_thread(of, entry->d_name, err) < 0)
			return -1;
	return 0;
}

/* A new one must not be the runtime's, one by path must be that. */
static int rights_check_namespace(
	const struct restored *of, enum oci_namespace_type type, struct error *err)
{
	const struct plan_namespace *planned = &of->creation->enter.plan.namespaces[type];
	struct stat is, other;
	char path[64], own[64];
	bool same;

	if (planned->source == PLAN_INHERIT || (planned->source == PLAN_PATH && planned->fd < 0))
		return 0;
	snprintf(path, sizeof(path), "ns/%s", namespace_file_name(plan_clone_flags[type]));
	snprintf(own, sizeof(own), "/proc/self/%.40s", path);
	if (fstatat(of->directory, path, &is, 0) < 0 ||
		(planned->fd >= 0 ? fstat(planned->fd, &other) : stat(own, &other)) < 0)
		return error_errno(err, errno, "look at the %s namespace of process %d",
			oci_namespace_names[type], (int)of->pid);
	same = is.st_dev == other.st_dev && is.st_ino == other.st_ino;
	if (same == (planned->source == PLAN_PATH))
		return 0;
	return error_set(err, EPERM,
		"linux.namespaces: process %d of the checkpoint is %s the %s namespace %s",
		(int)of->pid, same ? "in" : "not in", oci_namespace_names[type],
		same ? "of the host" : "that config.json names");
}

/* Who may not make a namespace, and has another one than init, has it from the images. */
static int rights_check_same(
	const struct restored *of, enum oci_namespace_type type, struct error *err)
{
	const char *file = namespace_file_name(plan_clone_flags[type]);
	struct stat is, init;
	char path[64];

	if (restored_may(of, CAP_SYS_ADMIN))
		return 0;
	snprintf(path, sizeof(path), "/proc/%d/ns/%s", (int)of->creation->enter.init, file);
	if (stat(path, &init) < 0 || fstatat(of->directory, strstr(path, "ns/"), &is, 0) < 0) {
		/* This kernel has none of them. */
		if (errno == ENOENT && stat("/proc/self", &is) == 0 && type == OCI_NAMESPACE_TIME)
			return 0;
		return error_errno(err, errno, "look at the %s namespace of process %d",
			oci_namespace_names[type], (int)of->pid);
	}
	if (is.st_dev == init.st_dev && is.st_ino == init.st_ino)
		return 0;
	return error_set(err, EPERM,
		"linux.namespaces: process %d of the checkpoint is in another %s namespace than "
		"init, and nothing in config.json lets it make one",
		(int)of->pid, oci_namespace_names[type]);
}

/* Lines of "inside outside length", in the order in which they were written. */
static int rights_check_map(const struct restored *of, const char *file,
	const struct userns_mapping *wanted, size_t length, struct error *err)
{
	cleanup_free char *text = NULL;
	cleanup_text struct text is = { 0 }, expected = { 0 };
	ssize_t got = io_read_file(of->directory, file, &text, RIGHTS_MAP_SIZE);
	char *rest;

	if (got < 0)
		return error_errno(err, (int)-got, "read %s of process %d", file, (int)of->pid);
	for (char *word = strtok_r(text, " \n", &rest); word; word = strtok_r(NULL, " \n", &rest))
		text_printf(&is, "%s ", word);
	for (size_t i = 0; i < length; i++)
		text_printf(&expected, "%u %u %u ", wanted[i].inside, wanted[i].outside,
			wanted[i].length);
	if (text_equal(is.data, expected.data))
		return 0;
	return error_set(err, EPERM,
		"linux: process %d of the checkpoint has the %s '%s', which is not that of "
		"config.json, '%s'",
		(int)of->pid, file, is.data ? is.data : "", expected.data ? expected.data : "");
}

static int rights_check_maps(const struct restored *of, struct error *err)
{
	const struct userns_maps *maps = &of->maps;

	if (!of->mapped)
		return 0;
	if (rights_check_map(of, "uid_map", maps->uids, maps->uids_length, err) < 0)
		return -1;
	return rights_check_map(of, "gid_map", maps->gids, maps->gids_length, err);
}

int restore_check_rights(const struct restored *of, struct error *err)
{
	for (int type = 0; type < OCI_NAMESPACE_COUNT; type++)
		if (rights_check_namespace(of, (enum oci_namespace_type)type, err) < 0 ||
			rights_check_same(of, (enum oci_namespace_type)type, err) < 0)
			return -1;
	if (rights_check_maps(of, err) < 0)
		return -1;
	return rights_check_threads(of, err);
}
