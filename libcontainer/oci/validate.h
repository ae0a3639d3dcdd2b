/* SPDX-License-Identifier: Apache-2.0 */
/* What a syntactically good config may still get wrong; a specification section per rule. */
#ifndef OCI_VALIDATE_H
#define OCI_VALIDATE_H

#include "oci/config.h"

/*
 * Checks a config against the specification alone: no file is opened, nothing of the machine is
 * asked (container/ adds what depends on the kernel: see container/preflight.h). The first rule
 * that is broken is the error, beginning with the JSON path: "linux.timeOffsets.monotonic.nanosecs:
 * ...". After success: mount, namespace, capability, rlimit, seccomp, device names all are known
 * ones.
 */
int oci_config_validate(const struct oci_config *config, struct error *err);
int oci_process_validate(const struct oci_process *process, struct error *err);
/*
 * The rules about linux.resources alone, for a change of some limits: what one limit needs beside
 * it the container may have already.
 */
int oci_resources_validate(const struct oci_config *config, struct error *err);

/* [A-Za-z0-9_+-][A-Za-z0-9_+.-]*, at most 255 bytes, never "." or ".." (a path component). */
int oci_container_id_validate(const char *id, struct error *err);

#endif
