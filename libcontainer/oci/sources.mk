# SPDX-License-Identifier: Apache-2.0
# Files of libcontainer/oci; rewritten by ./dev sources.
oci_sources = \
	libcontainer/oci/clock_file.c \
	libcontainer/oci/clock_file.h \
	libcontainer/oci/clock_source.c \
	libcontainer/oci/clock_source.h \
	libcontainer/oci/config.c \
	libcontainer/oci/config.h \
	libcontainer/oci/config_linux.c \
	libcontainer/oci/config_process.c \
	libcontainer/oci/config_resources.c \
	libcontainer/oci/config_seccomp.c \
	libcontainer/oci/config_tables.h \
	libcontainer/oci/features.c \
	libcontainer/oci/features.h \
	libcontainer/oci/json.h \
	libcontainer/oci/json_encoding.c \
	libcontainer/oci/json_encoding.h \
	libcontainer/oci/json_names.c \
	libcontainer/oci/json_names.h \
	libcontainer/oci/json_reader.c \
	libcontainer/oci/json_reader.h \
	libcontainer/oci/json_stack.c \
	libcontainer/oci/json_stack.h \
	libcontainer/oci/json_value.c \
	libcontainer/oci/json_value.h \
	libcontainer/oci/json_writer.c \
	libcontainer/oci/operator_settings.c \
	libcontainer/oci/operator_settings.h \
	libcontainer/oci/spec_template.c \
	libcontainer/oci/spec_template.h \
	libcontainer/oci/state_file.c \
	libcontainer/oci/state_file.h \
	libcontainer/oci/time_offsets.c \
	libcontainer/oci/time_offsets.h \
	libcontainer/oci/validate.c \
	libcontainer/oci/validate.h \
	libcontainer/oci/validate_linux.c \
	libcontainer/oci/validate_mounts.c \
	libcontainer/oci/validate_namespaces.c \
	libcontainer/oci/validate_process.c \
	libcontainer/oci/validate_resources.c \
	libcontainer/oci/validate_rules.h \
	libcontainer/oci/validate_seccomp.c \
	libcontainer/oci/validate_sysctl.c \
	libcontainer/oci/validate_time.c \
	libcontainer/oci/validate_values.c
