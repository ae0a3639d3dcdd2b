/* SPDX-License-Identifier: Apache-2.0 */
/* The default config.json: the whole of it as tables, in the order of the document. */
#include "oci/spec_template.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "oci/features.h"
#include "oci/json.h"

/* Which of the two templates a row is in. */
enum template_use { TEMPLATE_BOTH, TEMPLATE_ROOTFUL, TEMPLATE_ROOTLESS };

static bool template_uses(enum template_use use, bool rootless)
{
	return use == TEMPLATE_BOTH || (use == TEMPLATE_ROOTLESS) == rootless;
}

static const char *const template_args[] = { "sh", NULL };
static const char *const template_env[] = {
	"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm", NULL
};
static const char *const template_capabilities[] = { "CAP_AUDIT_WRITE", "CAP_KILL",
	"CAP_NET_BIND_SERVICE", NULL };

/* Root needs no ambient ones, and without inheritable ones the kernel lets none be ambient. */
static const char *const template_capability_sets[] = { "bounding", "effective", "permitted" };

static const struct template_mount {
	enum template_use use;
	const char *destination, *type, *source;
	const char *options[8];
} template_mounts[] = {
	{ TEMPLATE_BOTH, "/proc", "proc", "proc", { "nosuid", "noexec", "nodev" } },
	{ TEMPLATE_BOTH, "/dev", "tmpfs", "tmpfs",
		{ "nosuid", "strictatime", "mode=755", "size=65536k" } },
	{ TEMPLATE_ROOTFUL, "/dev/pts", "devpts", "devpts",
		{ "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5" } },
	/* Group 5 is not mapped. */
	{ TEMPLATE_ROOTLESS, "/dev/pts", "devpts", "devpts",
		{ "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620" } },
	{ TEMPLATE_BOTH, "/dev/shm", "tmpfs", "shm",
		{ "nosuid", "noexec", "nodev", "mode=1777", "size=65536k" } },
	{ TEMPLATE_BOTH, "/dev/mqueue", "mqueue", "mqueue", { "nosuid", "noexec", "nodev" } },
	{ TEMPLATE_ROOTFUL, "/sys", "sysfs", "sysfs", { "nosuid", "noexec", "nodev", "ro" } },
	/* A sysfs can be mounted only by who owns the network namespace, here the host's. */
	{ TEMPLATE_ROOTLESS, "/sys", "none", "/sys",
		{ "rbind", "nosuid", "noexec", "nodev", "ro" } },
	{ TEMPLATE_BOTH, "/sys/fs/cgroup", "cgroup", "cgroup",
		{ "nosuid", "noexec", "nodev", "relatime", "ro" } },
};

static const struct template_namespace {
	enum template_use use;
	const char *type;
} template_namespaces[] = {
	{ TEMPLATE_BOTH, "pid" },
	{ TEMPLATE_ROOTFUL, "network" },
	{ TEMPLATE_BOTH, "ipc" },
	{ TEMPLATE_BOTH, "uts" },
	{ TEMPLATE_BOTH, "mount" },
	{ TEMPLATE_BOTH, "cgroup" },
	{ TEMPLATE_BOTH, "time" },
	{ TEMPLATE_ROOTLESS, "user" },
};

static const char *const template_masked_paths[] = { "/proc/acpi", "/proc/asound",
	"/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/sched_debug",
	"/proc/scsi", "/proc/timer_list", "/proc/timer_stats", "/sys/devices/virtual/powercap",
	"/sys/firmware", NULL };
static const char *const template_readonly_paths[] = { "/proc/bus", "/proc/fs", "/proc/irq",
	"/proc/sys", "/proc/sysrq-trigger", NULL };

static void template_write_process(struct json_writer *writer)
{
	json_open_object(writer, "process");
	json_bool(writer, "terminal", true);
	json_open_object(writer, "user");
	json_i64(writer, "uid", 0);
	json_i64(writer, "gid", 0);
	json_close_object(writer);
	json_strings(writer, "args", template_args);
	json_strings(writer, "env", template_env);
	json_string(writer, "cwd", "/");
	json_open_object(writer, "capabilities");
	for (size_t i = 0; i < ARRAY_LENGTH(template_capability_sets); i++)
		json_strings(writer, template_capability_sets[i], template_capabilities);
	json_close_object(writer);
	json_open_array(writer, "rlimits");
	json_open_object(writer, NULL);
	json_string(writer, "type", "RLIMIT_NOFILE");
	json_i64(writer, "hard", 1024);
	json_i64(writer, "soft", 1024);
	json_close_object(writer);
	json_close_array(writer);
	json_bool(writer, "noNewPrivileges", true);
	json_close_object(writer);
}

static void template_write_root(struct json_writer *writer)
{
	json_open_object(writer, "root");
	json_string(writer, "path", "rootfs");
	json_bool(writer, "readonly", true);
	json_close_object(writer);
}

static void template_write_mounts(struct json_writer *writer, bool rootless)
{
	json_open_array(writer, "mounts");
	for (size_t i = 0; i < ARRAY_LENGTH(template_mounts); i++) {
		const struct template_mount *mount = &template_mounts[i];

		if (!template_uses(mount->use, rootless))
			continue;
		json_open_object(writer, NULL);
		json_string(writer, "destination", mount->destination);
		json_string(writer, "type", mount->type);
		json_string(writer, "source", mount->source);
		json_strings(writer, "options", mount->options);
		json_close_object(writer);
	}
	json_close_array(writer);
}

static void template_write_mapping(struct json_writer *writer, const char *key, unsigned int id)
{
	json_open_array(writer, key);
	json_open_object(writer, NULL);
	json_i64(writer, "containerID", 0);
	json_i64(writer, "hostID", id);
	json_i64(writer, "size", 1);
	json_close_object(writer);
	json_close_array(writer);
}

/* No device at all beside the default ones (config-linux.md, "Default Devices"). */
static void template_write_resources(struct json_writer *writer)
{
	json_open_object(writer, "resources");
	json_open_array(writer, "devices");
	json_open_object(writer, NULL);
	json_bool(writer, "allow", false);
	json_string(writer, "access", "rwm");
	json_close_object(writer);
	json_close_array(writer);
	json_close_object(writer);
}

static void template_write_linux(struct json_writer *writer, bool rootless)
{
	json_open_object(writer, "linux");
	json_open_array(writer, "namespaces");
	for (size_t i = 0; i < ARRAY_LENGTH(template_namespaces); i++) {
		if (!template_uses(template_namespaces[i].use, rootless))
			continue;
		json_open_object(writer, NULL);
		json_string(writer, "type", template_namespaces[i].type);
		json_close_object(writer);
	}
	json_close_array(writer);
	if (rootless) {
		template_write_mapping(writer, "uidMappings", geteuid());
		template_write_mapping(writer, "gidMappings", getegid());
	} else {
		template_write_resources(writer);
	}
	json_strings(writer, "maskedPaths", template_masked_paths);
	json_strings(writer, "readonlyPaths", template_readonly_paths);
	json_close_object(writer);
}

int oci_spec_template(bool rootless, char **json, size_t *length)
{
	cleanup_json_writer struct json_writer *writer = json_writer_new(true);

	json_open_object(writer, NULL);
	json_string(writer, "ociVersion", OCI_VERSION_MAX);
	template_write_process(writer);
	template_write_root(writer);
	json_string(writer, "hostname", "elsewhen");
	template_write_mounts(writer, rootless);
	template_write_linux(writer, rootless);
	json_close_object(writer);
	*json = strdup(json_text(writer, length));
	return *json ? 0 : -ENOMEM;
}
