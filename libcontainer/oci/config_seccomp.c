/* SPDX-License-Identifier: Apache-2.0 */
/* The `linux.seccomp` object (config-linux.md, "Seccomp"). */
#include "oci/config_tables.h"

#define SECTION .section = "config-linux.md, \"Seccomp\""

static const struct json_property arg_properties[] = {
	JSON_U32("index", struct oci_seccomp_arg, index, .required = true),
	JSON_U64("value", struct oci_seccomp_arg, value, .required = true),
	JSON_U64("valueTwo", struct oci_seccomp_arg, value_two),
	JSON_STRING("op", struct oci_seccomp_arg, op, .required = true),
};
static const struct json_table arg_table = { JSON_TABLE(arg_properties), SECTION };

static const struct json_property rule_properties[] = {
	JSON_STRINGS("names", struct oci_seccomp_rule, names, .required = true),
	JSON_STRING("action", struct oci_seccomp_rule, action, .required = true),
	JSON_OPTIONAL_U32("errnoRet", struct oci_seccomp_rule, errno_ret),
	JSON_OBJECTS("args", struct oci_seccomp_rule, args, args_length, arg_table),
};
static const struct json_table rule_table = { JSON_TABLE(rule_properties), SECTION };

static const struct json_property seccomp_properties[] = {
	JSON_STRING("defaultAction", struct oci_seccomp, default_action, .required = true),
	JSON_OPTIONAL_U32("defaultErrnoRet", struct oci_seccomp, default_errno_ret),
	JSON_STRINGS("architectures", struct oci_seccomp, architectures),
	JSON_STRINGS("flags", struct oci_seccomp, flags),
	JSON_STRING("listenerPath", struct oci_seccomp, listener_path),
	JSON_STRING("listenerMetadata", struct oci_seccomp, listener_metadata),
	JSON_OBJECTS("syscalls", struct oci_seccomp, syscalls, syscalls_length, rule_table),
};
const struct json_table oci_seccomp_table = {
	JSON_TABLE(seccomp_properties),
	.begins_with_set = true,
	SECTION,
};
