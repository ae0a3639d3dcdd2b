/* SPDX-License-Identifier: Apache-2.0 */
/* A list of device rules as a BPF program (BPF_PROG_TYPE_CGROUP_DEVICE) for a v2 cgroup. */
#ifndef LINUX_CGROUP_BPF_H
#define LINUX_CGROUP_BPF_H

#include <linux/bpf.h>
#include <stddef.h>

#include "linux/cgroup_resources.h"

struct cgroup_bpf_program {
	struct bpf_insn *items;
	size_t length, size;
};

/*
 * The program goes through the rules from the last to the first: for each kind of access that is
 * asked for, the last rule about it decides. What no rule is about is allowed.
 */
void cgroup_bpf_compile(
	const struct cgroup_device_rule *rules, size_t length, struct cgroup_bpf_program *program);
void cgroup_bpf_free(struct cgroup_bpf_program *program);
#define cleanup_cgroup_bpf __attribute__((cleanup(cgroup_bpf_free)))

/* Loads and attaches it, in the place of those that were attached to `directory`. 0 or -errno. */
int cgroup_bpf_attach(int directory, const struct cgroup_bpf_program *program);

#endif
