/* SPDX-License-Identifier: Apache-2.0 */
/* What is injected, and where: one system call of one process. */
#ifndef FAULTS_FAULT_H
#define FAULTS_FAULT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

/*
 * A process is named by its place in the family, which does not depend on who runs first: "0" is the
 * command, "0.2" its second child, "0.2.1" that one's first.
 */
#define FAULT_NAME_SIZE 64

enum fault_kind {
	FAULT_NONE,   /* only record */
	FAULT_KILL,   /* SIGKILL instead of the call */
	FAULT_PARENT, /* SIGKILL of the command, just before the call of a child */
	FAULT_ERRNO,  /* the call is not executed and fails */
	FAULT_SHORT,  /* a read or write is given half of its length */
	FAULT_MEMORY, /* from this call on the kernel gives that process and its children no memory */
};

struct fault {
	enum fault_kind kind;
	int code; /* FAULT_ERRNO */
	char process[FAULT_NAME_SIZE];
	unsigned long call; /* from 1, in that process */
};

/* "kill", "parent", "short", "memory", or the name of an errno. False: none of them. */
bool fault_parse(const char *word, struct fault *fault);

/* Whether a call of this name can do less than it was asked for, of `length` bytes. */
bool fault_can_be_short(const char *name, uint64_t length);
/* Whether it asks for memory. `flags` are mmap's. */
bool fault_asks_for_memory(const char *name, uint64_t flags);

#endif
