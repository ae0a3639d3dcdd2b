/* SPDX-License-Identifier: Apache-2.0 */
/* What restore gathers, step by step. */
#ifndef CONTAINER_RESTORATION_H
#define CONTAINER_RESTORATION_H

#include "container/creation.h"
#include "container/images.h"
#include "container/restore_clock.h"
#include "linux/criu.h"
#include "linux/mount_table.h"

struct restoration {
	struct creation creation; /* the first member: the steps of create take it */
	const struct container_restore_options *options;
	int version; /* CRIU's */
	char *root;  /* without links, as CRIU wants it */
	struct images images;
	struct strv descriptors;
	struct criu_options criu;
	struct restore_clock clock;
	int passed[2]; /* namespaces that CRIU inherits */
	size_t passed_length;
	struct mount_table expected_mounts; /* what create would have made of config.json */
	unsigned int filters;               /* that a process of the images has at least */
	bool held_to_config;
};

/* The steps that make nothing (restore_plan.c). */
int restore_check_options(void *restoration, struct error *err);
int restore_find_criu(void *restoration, struct error *err);
int restore_check_namespaces(void *restoration, struct error *err);
int restore_check_peers(void *restoration, struct error *err);
int restore_open_images(void *restoration, struct error *err);
int restore_read_clock(void *restoration, struct error *err);
int restore_check_filters(void *restoration, struct error *err);
int restore_name_outside(void *restoration, struct error *err);

#endif
