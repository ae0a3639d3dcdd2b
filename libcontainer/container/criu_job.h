/* SPDX-License-Identifier: Apache-2.0 */
/* What checkpoint and restore have in common in their dealings with CRIU. */
#ifndef CONTAINER_CRIU_JOB_H
#define CONTAINER_CRIU_JOB_H

#include "base/error.h"
#include "container/images.h"
#include "linux/criu.h"

/* CRIU reads it after its own configuration, when it is there. */
#define CRIU_JOB_CONFIG "/etc/criu/elsewhen.conf"

const char *criu_job_program(const char *asked);
enum criu_cgroup_mode criu_job_cgroup_mode(int mode);

/*
 * Starts CRIU, asks, and sees it to its end. The error of a failure is CRIU's own, from its log, or that of
 * the notification that failed.
 */
int criu_job_run(const struct criu_setup *setup, enum criu_request_type type,
	const struct criu_options *options, const struct images *images, criu_notified *notified,
	void *context, enum criu_end *end, struct error *err);

#endif
