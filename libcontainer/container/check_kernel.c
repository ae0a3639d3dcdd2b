/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel promises of time namespaces: all checks, and the short form of `features`. */
#include <elsewhen/container.h>

#include <stdio.h>
#include <unistd.h>

#include "base/error.h"
#include "container/check_kernel.h"
#include "linux/timens_check.h"
#include "linux/vdso.h"

bool container_check_kernel(size_t index, struct container_kernel_check *check)
{
	static const enum container_promise promises[] = {
		[TIMENS_CHECK_KEPT] = CONTAINER_PROMISE_KEPT,
		[TIMENS_CHECK_BROKEN] = CONTAINER_PROMISE_BROKEN,
		[TIMENS_CHECK_NOT_CHECKED] = CONTAINER_PROMISE_NOT_CHECKED,
	};

	struct error err = { 0 };

	if (index >= timens_checks_count)
		return false;
	*check = (struct container_kernel_check){
		.name = timens_checks[index].name,
		.promise = timens_checks[index].promise,
	};
	check->result = promises[timens_check_run(&timens_checks[index], &err)];
	snprintf(check->reason, sizeof(check->reason), "%s", err.text);
	return true;
}

static const char *check_kernel_word(bool yes)
{
	return yes ? "true" : "false";
}

/* The namespace's page takes the place of the machine's, which moves to the next one. */
static bool check_kernel_has_room(void)
{
	struct vdso_area area;

	return vdso_find_clock_gettime() && vdso_find_area("[vvar]", &area) &&
	       area.end - area.start >= 2 * (uintptr_t)sysconf(_SC_PAGESIZE);
}

void check_kernel_annotations(
	bool time_namespace, const char *pairs[CHECK_KERNEL_ANNOTATIONS * 2 + 1])
{
	size_t count = 0;

	pairs[count++] = "dev.elsewhen.timens.offsets";
	pairs[count++] = check_kernel_word(time_namespace);
	pairs[count++] = "dev.elsewhen.timens.vdso";
	pairs[count++] = check_kernel_word(time_namespace && check_kernel_has_room());
	pairs[count++] = "dev.elsewhen.timens.exec-enters";
	pairs[count++] = check_kernel_word(time_namespace && timens_check_kernel_is(6, 2));
	pairs[count++] = "dev.elsewhen.timens.io-uring";
	pairs[count++] = check_kernel_word(time_namespace && timens_check_kernel_is(7, 1));
	pairs[count] = NULL;
}
