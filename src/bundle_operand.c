/* SPDX-License-Identifier: Apache-2.0 */
/* Telling bundles from IDs, and making an ID for a bundle. */
#include "bundle_operand.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/text.h"

#define NAME_LENGTH_MAX 200 /* leaves room for "-PID" within the 255 bytes of an ID */

static bool bundle_has_config(const char *directory)
{
	cleanup_text struct text path = { 0 };

	text_printf(&path, "%s/config.json", directory);
	return access(path.data, F_OK) == 0;
}

bool bundle_operand_is_bundle(const char *operand)
{
	bool dots = text_equal(operand, ".") || text_equal(operand, "..");

	/* No ID has a slash. */
	if (strchr(operand, '/'))
		return true;
	/* In a bundle a plain word is an ID, as it is to runc and crun, whatever lies beside it. */
	return bundle_has_config(operand) && (dots || !bundle_has_config("."));
}

int bundle_operand_make_id(const char *bundle, char **id, struct error *err)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				      "0123456789_+.-";
	cleanup_free char *path = realpath(bundle, NULL);
	struct text made = { 0 };
	const char *name = NULL;

	if (!path)
		return error_errno(err, errno, "bundle '%s'", bundle);
	name = strrchr(path, '/') + 1;
	for (size_t i = 0; i < NAME_LENGTH_MAX && name[i]; i++) {
		bool leading_dot = i == 0 && name[i] == '.';

		text_add_bytes(&made, strchr(allowed, name[i]) && !leading_dot ? &name[i] : "_", 1);
	}
	text_printf(&made, "-%d", (int)getpid());
	*id = made.data;
	return 0;
}
