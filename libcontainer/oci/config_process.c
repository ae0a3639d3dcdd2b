/* SPDX-License-Identifier: Apache-2.0 */
/* The `process` object (config.md, "Process"), which `exec --process` gets on its own, too. */
#include "oci/config_tables.h"

static const struct json_property console_size_properties[] = {
	JSON_U64("height", struct oci_console_size, height, .required = true),
	JSON_U64("width", struct oci_console_size, width, .required = true),
};
static const struct json_table console_size_table = {
	JSON_TABLE(console_size_properties),
	.begins_with_set = true,
	.section = "config.md, \"Process\"",
};

static const struct json_property user_properties[] = {
	JSON_U32("uid", struct oci_user, uid),
	JSON_U32("gid", struct oci_user, gid),
	JSON_OPTIONAL_U32("umask", struct oci_user, umask),
	JSON_U32_LIST("additionalGids", struct oci_user, additional_gids, additional_gids_length),
	JSON_STRING("username", struct oci_user, username, .platform = "windows"),
};
static const struct json_table user_table = { JSON_TABLE(user_properties) };

static const struct json_property capabilities_properties[] = {
	JSON_STRINGS("bounding", struct oci_capabilities, bounding),
	JSON_STRINGS("permitted", struct oci_capabilities, permitted),
	JSON_STRINGS("effective", struct oci_capabilities, effective),
	JSON_STRINGS("inheritable", struct oci_capabilities, inheritable),
	JSON_STRINGS("ambient", struct oci_capabilities, ambient),
};
static const struct json_table capabilities_table = {
	JSON_TABLE(capabilities_properties),
	.begins_with_set = true,
};

static const struct json_property rlimit_properties[] = {
	JSON_STRING("type", struct oci_rlimit, type, .required = true),
	JSON_U64("soft", struct oci_rlimit, soft, .required = true),
	JSON_U64("hard", struct oci_rlimit, hard, .required = true),
};
static const struct json_table rlimit_table = {
	JSON_TABLE(rlimit_properties),
	.section = "config.md, \"POSIX process\"",
};

static const struct json_property scheduler_properties[] = {
	JSON_STRING("policy", struct oci_scheduler, policy, .required = true),
	JSON_OPTIONAL_I64("nice", struct oci_scheduler, nice, .min = INT32_MIN, .max = INT32_MAX),
	JSON_OPTIONAL_I64(
		"priority", struct oci_scheduler, priority, .min = INT32_MIN, .max = INT32_MAX),
	JSON_STRINGS("flags", struct oci_scheduler, flags),
	JSON_OPTIONAL_U64("runtime", struct oci_scheduler, runtime),
	JSON_OPTIONAL_U64("deadline", struct oci_scheduler, deadline),
	JSON_OPTIONAL_U64("period", struct oci_scheduler, period),
};
static const struct json_table scheduler_table = {
	JSON_TABLE(scheduler_properties),
	.begins_with_set = true,
	.section = "config.md, \"Linux Process\"",
};

static const struct json_property io_priority_properties[] = {
	JSON_STRING("class", struct oci_io_priority, class, .required = true),
	JSON_OPTIONAL_I64(
		"priority", struct oci_io_priority, priority, .min = INT32_MIN, .max = INT32_MAX),
};
static const struct json_table io_priority_table = {
	JSON_TABLE(io_priority_properties),
	.begins_with_set = true,
	.section = "config.md, \"Linux Process\"",
};

static const struct json_property exec_cpu_affinity_properties[] = {
	JSON_STRING("initial", struct oci_exec_cpu_affinity, initial),
	JSON_STRING("final", struct oci_exec_cpu_affinity, final),
};
static const struct json_table exec_cpu_affinity_table = {
	JSON_TABLE(exec_cpu_affinity_properties),
};

static const struct json_property process_properties[] = {
	JSON_BOOL("terminal", struct oci_process, terminal),
	JSON_OBJECT("consoleSize", struct oci_process, console_size, console_size_table),
	JSON_STRING("cwd", struct oci_process, cwd, .required = true),
	JSON_STRINGS("env", struct oci_process, env),
	JSON_STRINGS("args", struct oci_process, args),
	JSON_STRING("commandLine", struct oci_process, command_line, .platform = "windows"),
	JSON_OBJECT("user", struct oci_process, user, user_table),
	JSON_OBJECTS("rlimits", struct oci_process, rlimits, rlimits_length, rlimit_table),
	JSON_STRING("apparmorProfile", struct oci_process, apparmor_profile),
	JSON_OBJECT("capabilities", struct oci_process, capabilities, capabilities_table),
	JSON_BOOL("noNewPrivileges", struct oci_process, no_new_privileges),
	JSON_OPTIONAL_I64("oomScoreAdj", struct oci_process, oom_score_adj),
	JSON_OBJECT("scheduler", struct oci_process, scheduler, scheduler_table),
	JSON_STRING("selinuxLabel", struct oci_process, selinux_label),
	JSON_OBJECT("ioPriority", struct oci_process, io_priority, io_priority_table),
	JSON_OBJECT(
		"execCPUAffinity", struct oci_process, exec_cpu_affinity, exec_cpu_affinity_table),
};
const struct json_table oci_process_table = {
	JSON_TABLE(process_properties),
	.begins_with_set = true,
	.section = "config.md, \"Process\"",
};
