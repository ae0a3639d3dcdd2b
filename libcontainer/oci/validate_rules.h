/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules behind validate.h and the shapes of single values that they share; only for
 * validate*.c.
 */
#ifndef OCI_VALIDATE_RULES_H
#define OCI_VALIDATE_RULES_H

#include "base/text.h"
#include "oci/config.h"

/* Room for "linux.resources.blockIO.throttleWriteIOPSDevice[18446744073709551615]". */
#define VALIDATE_WHERE_SIZE 96

/* config.md */
int validate_process(const struct oci_config *config, struct error *err);
int validate_mounts(const struct oci_config *config, struct error *err);

/* config-linux.md */
int validate_namespaces(const struct oci_config *config, struct error *err);
int validate_id_mappings(const struct oci_config *config, struct error *err);
int validate_time_offsets(const struct oci_config *config, struct error *err);
int validate_devices(const struct oci_config *config, struct error *err);
int validate_net_devices(const struct oci_config *config, struct error *err);
int validate_cgroups_path(const struct oci_config *config, struct error *err);
int validate_device_rules(const struct oci_config *config, struct error *err);
int validate_resource_ranges(const struct oci_config *config, struct error *err);
int validate_memory(const struct oci_config *config, struct error *err);
int validate_memory_swap(const struct oci_config *config, struct error *err);
int validate_cpu(const struct oci_config *config, struct error *err);
int validate_block_io(const struct oci_config *config, struct error *err);
int validate_hugepage_limits(const struct oci_config *config, struct error *err);
int validate_network(const struct oci_config *config, struct error *err);
int validate_rdma(const struct oci_config *config, struct error *err);
int validate_unified(const struct oci_config *config, struct error *err);
int validate_intel_rdt(const struct oci_config *config, struct error *err);
int validate_memory_policy(const struct oci_config *config, struct error *err);
int validate_sysctl(const struct oci_config *config, struct error *err);
int validate_seccomp(const struct oci_config *config, struct error *err);
int validate_rootfs_propagation(const struct oci_config *config, struct error *err);
int validate_masked_paths(const struct oci_config *config, struct error *err);
int validate_readonly_paths(const struct oci_config *config, struct error *err);
int validate_personality(const struct oci_config *config, struct error *err);

/* The shape of one list of mappings, wherever it is ("linux.uidMappings"). */
int validate_mapping_list(
	const char *where, const struct oci_id_mappings *mappings, struct error *err);

/* Errors of these begin with `where`, the path of the property. NULL text is "is required". */
int validate_not_empty(const char *where, const char *text, struct error *err);
int validate_absolute(const char *where, const char *path, struct error *err);
int validate_each_absolute(const char *where, const struct oci_strings *paths, struct error *err);
/* `names` is NULL-terminated. */
int validate_one_of(
	const char *where, const char *name, const char *const *names, struct error *err);
int validate_each_one_of(const char *where, const struct oci_strings *list,
	const char *const *names, struct error *err);
/* What the kernel takes as the name of a network interface. */
int validate_interface(const char *where, const char *name, struct error *err);

/* A name and where it was, to find equal names by sorting: no config makes that quadratic. */
struct validate_name {
	const char *name;
	size_t index;
};
struct validate_name *validate_names_new(size_t count); /* malloc'd */
void validate_names_sort(struct validate_name *names, size_t count);

#endif
