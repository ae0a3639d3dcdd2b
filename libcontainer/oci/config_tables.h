/* SPDX-License-Identifier: Apache-2.0 */
/* The tables that config.json is read with: one file of tables for each part of it. */
#ifndef OCI_CONFIG_TABLES_H
#define OCI_CONFIG_TABLES_H

#include "oci/json_reader.h"

extern const struct json_table oci_config_table;
extern const struct json_table oci_id_mapping_table;
extern const struct json_table oci_process_table;   /* config_process.c */
extern const struct json_table oci_linux_table;     /* config_linux.c */
extern const struct json_table oci_resources_table; /* config_resources.c */
extern const struct json_table oci_seccomp_table;   /* config_seccomp.c */

#endif
