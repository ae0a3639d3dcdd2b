/* SPDX-License-Identifier: Apache-2.0 */
/* elsewhen.json: what the operator of a machine lets containers ask for. */
#ifndef OCI_OPERATOR_SETTINGS_H
#define OCI_OPERATOR_SETTINGS_H

#include "base/arena.h"
#include "base/error.h"
#include "oci/config.h"

#define OCI_OPERATOR_SETTINGS_SIZE_MAX ((size_t)1024 * 1024)

struct oci_operator_settings {
	struct arena arena;
	/* Prefixes of annotations; not `set`: every one is honoured, empty: none is. */
	struct oci_strings honoured_annotations;
	/* Ids of sandboxes whose clock any container may have, without a namespace of theirs. */
	struct oci_strings pod_clocks;
	bool allow_other_seccomp; /* in all restores, as --allow-other-seccomp in one */
};

/*
 * { "honouredAnnotations": ["elsewhen.dev/clock"], "podClocks": ["sandbox"] }. Unlike in config.json an unknown property is
 * refused: a restriction that is misspelt would be none.
 */
int oci_operator_settings_parse(
	const char *data, size_t length, struct oci_operator_settings *settings, struct error *err);
void oci_operator_settings_free(struct oci_operator_settings *settings);
#define cleanup_oci_operator_settings __attribute__((cleanup(oci_operator_settings_free)))

#endif
