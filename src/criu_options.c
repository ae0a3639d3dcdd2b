/* SPDX-License-Identifier: Apache-2.0 */
#include "criu_options.h"

#include <errno.h>
#include <sched.h>

int criu_options_empty(const struct strv *names, uint32_t *flags, struct error *err)
{
	*flags = 0;
	for (size_t i = 0; i < names->length; i++) {
		if (!text_equal(names->items[i], "network"))
			return error_set(err, EINVAL,
				"--empty-ns: '%s' is not network, the one that CRIU can leave "
				"empty",
				names->items[i]);
		*flags |= CLONE_NEWNET;
	}
	return 0;
}
