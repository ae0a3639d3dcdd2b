/* SPDX-License-Identifier: Apache-2.0 */
/* Whose clock a container is to have and what it reads, from everything that can ask for it. */
#ifndef CONTAINER_CLOCK_REQUEST_H
#define CONTAINER_CLOCK_REQUEST_H

#include <elsewhen/container.h>
#include <elsewhen/timens_value.h>

#include "base/error.h"
#include "oci/config.h"

#define CLOCK_ANNOTATION "elsewhen.dev/clock"
#define CLOCK_ANNOTATION_RESTORE "elsewhen.dev/restore-clock" /* see restore_clock.h */

enum clock_request_kind {
	CLOCK_KIND_HOST,    /* the runtime's own */
	CLOCK_KIND_PRIVATE, /* a new time namespace */
	CLOCK_KIND_PATH,    /* the one that config.json names */
	CLOCK_KIND_POD,     /* the one that the pod's sandbox keeps (pod_clock.h) */
};
extern const char *const clock_kind_names[]; /* "host", "private", "path", "pod" */

/* `where` says who asked, as an error begins with it; NULL: nobody did. Not owned. */
struct clock_wish {
	const char *where;
	struct timens_value value;
};

struct clock_request {
	enum clock_request_kind kind;
	struct clock_wish monotonic, boottime;
	const char *path;    /* CLOCK_KIND_PATH */
	const char *sandbox; /* CLOCK_KIND_POD: the id of the container that keeps the clock */
	/* A restore's: what the pod's clock is remembered to have been asked to be, by its annotations. */
	const struct clock_request *asked;
};

/*
 * From linux.namespaces and linux.timeOffsets, the options, the annotations elsewhen.dev/clock,
 * elsewhen.dev/monotonic, elsewhen.dev/boottime and crun's run.oci.timens_offset. Two that ask for the
 * same clock are an error that names both. Strings stay the config's and the options'.
 */
int clock_request_make(const struct container_runtime *runtime, const struct oci_config *config,
	const char *id, const struct container_create_options *options,
	struct clock_request *request, struct error *err);

struct timens_values clock_request_values(const struct clock_request *request);

/* The annotations that change a container's clocks; NULL-terminated. */
extern const char *const clock_annotations[];

#endif
