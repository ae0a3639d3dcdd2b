/* SPDX-License-Identifier: Apache-2.0 */
#include "container/filter.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "base/text.h"
#include "container/adapt.h"
#include "container/filter_cache.h"
#include "linux/socket.h"

/* The kernel's BPF_MAXINSNS of struct sock_filter. */
#define FILTER_SIZE_MAX ((size_t)4096 * 8)

struct filter {
	struct seccomp_program
		program; /* its instructions are those below: the same address in init */
	char instructions[FILTER_SIZE_MAX];
};

int filter_new(const struct oci_seccomp *seccomp, struct filter **filter, struct error *err)
{
	void *memory;

	*filter = NULL;
	if (!seccomp->set)
		return 0;
	memory = mmap(NULL, sizeof(struct filter), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		return error_errno(err, errno, "linux.seccomp: map memory for the filter");
	*filter = memory;
	return 0;
}

bool filter_notifies(const struct oci_seccomp *seccomp)
{
	for (size_t i = 0; i < seccomp->syscalls_length; i++)
		if (text_equal(seccomp->syscalls[i].action, "SCMP_ACT_NOTIFY"))
			return true;
	return false;
}

int filter_connect_agent(const struct oci_seccomp *seccomp, struct error *err)
{
	if (!filter_notifies(seccomp))
		return FILTER_NO_AGENT;
	return socket_connect(seccomp->listener_path, "linux.seccomp.listenerPath", err);
}

static int filter_find_or_compile(const char *root, const struct seccomp_profile *profile,
	struct seccomp_program *program, struct error *err)
{
	cleanup_text struct text key = { 0 };

	filter_cache_key(profile, &key);
	if (filter_cache_find(root, &key, program))
		return 0;
	if (seccomp_compile(profile, program, err) < 0)
		return -1;
	filter_cache_keep(root, &key, program);
	return 0;
}

int filter_compile(struct filter *filter, const char *root, const struct oci_seccomp *seccomp,
	struct arena *arena, struct error *err)
{
	struct seccomp_profile profile;
	struct seccomp_program compiled;

	if (!filter)
		return 0;
	adapt_seccomp(seccomp, arena, &profile);
	if (filter_find_or_compile(root, &profile, &compiled, err) < 0)
		return -1;
	if (compiled.size > sizeof(filter->instructions)) {
		seccomp_program_free(&compiled);
		return error_set(err, E2BIG, "linux.seccomp: the filter has more than 4096 steps");
	}
	filter->program = compiled;
	filter->program.instructions = filter->instructions;
	memcpy(filter->instructions, compiled.instructions, compiled.size);
	seccomp_program_free(&compiled);
	return 0;
}

int filter_try(const struct oci_seccomp *seccomp, struct arena *arena, struct error *err)
{
	struct seccomp_profile profile;
	struct seccomp_program compiled;

	if (!seccomp->set)
		return 0;
	adapt_seccomp(seccomp, arena, &profile);
	if (seccomp_compile(&profile, &compiled, err) < 0)
		return -1;
	seccomp_program_free(&compiled);
	return 0;
}

const struct seccomp_program *filter_program(const struct filter *filter)
{
	return filter ? &filter->program : NULL;
}

void filter_free(struct filter **filter)
{
	if (*filter)
		munmap(*filter, sizeof(**filter));
	*filter = NULL;
}
