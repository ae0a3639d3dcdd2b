/* SPDX-License-Identifier: Apache-2.0 */
#include "container/criu_job.h"

#include <elsewhen/container.h>
const char *criu_job_program(const char *asked)
{
	return asked ? asked : "criu";
}

enum criu_cgroup_mode criu_job_cgroup_mode(int mode)
{
	static const enum criu_cgroup_mode modes[] = {
		[CONTAINER_CGROUP_IGNORE] = CRIU_CGROUP_IGNORE,
		[CONTAINER_CGROUP_SOFT] = CRIU_CGROUP_SOFT,
		[CONTAINER_CGROUP_FULL] = CRIU_CGROUP_FULL,
		[CONTAINER_CGROUP_STRICT] = CRIU_CGROUP_STRICT,
	};

	return modes[mode];
}

/* Remembers whether the failure is ours: then CRIU's log has nothing to add. */
struct criu_job {
	criu_notified *notified;
	void *context;
	bool refused;
};

static int criu_job_notified(
	void *context, const struct criu_response *notification, int *passed, struct error *err)
{
	struct criu_job *job = context;
	int result = job->notified(job->context, notification, passed, err);

	job->refused = job->refused || result < 0;
	return result;
}

int criu_job_run(const struct criu_setup *setup, enum criu_request_type type,
	const struct criu_options *options, const struct images *images, criu_notified *notified,
	void *context, struct error *err)
{
	struct criu_job job = { .notified = notified, .context = context };
	struct criu_response response = { 0 };
	struct criu criu;
	int result;

	if (criu_start(&criu, setup, err) < 0)
		return -1;
	result = criu_ask(&criu, type, options, NULL, criu_job_notified, &job, &response, err);
	/* It writes its log and its statistics to the end. */
	criu_end(&criu);
	if (result < 0 && !job.refused)
		criu_explain(&response, images->work, images->work_path, options->log_file, err);
	criu_response_free(&response);
	return result;
}
