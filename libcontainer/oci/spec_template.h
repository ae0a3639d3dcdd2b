/* SPDX-License-Identifier: Apache-2.0 */
/* The config.json that `elsewhen spec` writes: a complete, safe default. */
#ifndef OCI_SPEC_TEMPLATE_H
#define OCI_SPEC_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * *json is malloc'd. `rootless`: with a user namespace that maps the caller's ids to root, and no
 * network namespace or resources that an unprivileged user could not have. 0 or -ENOMEM.
 */
int oci_spec_template(bool rootless, char **json, size_t *length);

#endif
