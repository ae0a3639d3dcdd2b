/* SPDX-License-Identifier: Apache-2.0 */
/* `elsewhen run DIR`: a bundle in the place of an ID, for people; engines give both. */
#ifndef SRC_BUNDLE_OPERAND_H
#define SRC_BUNDLE_OPERAND_H

#include <stdbool.h>

#include "base/error.h"

/* Whether `operand`, given without --bundle, is a bundle rather than the ID of one in ".". */
bool bundle_operand_is_bundle(const char *operand);

/* An ID after the name of the directory, and unlike that of another call; *id is malloc'd. */
int bundle_operand_make_id(const char *bundle, char **id, struct error *err);

#endif
