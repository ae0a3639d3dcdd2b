/* SPDX-License-Identifier: Apache-2.0 */
/* libFuzzer: whatever the options, what comes out is something that mount_setattr(2) could take. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

#include "linux/mount_options.h"

#define FUZZ_OPTIONS_MAX 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fuzz_check(uint64_t set, uint64_t clear)
{
	const uint64_t atime = MOUNT_ATTR__ATIME;

	/* Nothing is both set and cleared, but atime, all of which is cleared when it changes. */
	if (set & clear & ~atime)
		abort();
	if (((set | clear) & atime) && (clear & atime) != atime)
		abort();
	if ((set & atime) == atime)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), *options[FUZZ_OPTIONS_MAX], *rest = text, *option;
	struct mount_options parsed;
	size_t count = 0;
	struct error err;

	if (!text)
		abort();
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	while (count < FUZZ_OPTIONS_MAX && (option = strsep(&rest, ",")))
		options[count++] = option;
	if (mount_options_parse(options, count, &parsed, &err) == 0) {
		fuzz_check(parsed.attr_set, parsed.attr_clear);
		fuzz_check(parsed.recursive_set, parsed.recursive_clear);
		if (parsed.parameters.length > count)
			abort();
		mount_options_free(&parsed);
	}
	free(text);
	return 0;
}
