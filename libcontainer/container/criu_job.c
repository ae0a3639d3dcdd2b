/* SPDX-License-Identifier: Apache-2.0 */
#include "container/criu_job.h"

#include <errno.h>
#include <unistd.h>

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
	void *context, enum criu_end *end, struct error *err)
{
	struct criu_job job = { .notified = notified, .context = context };
	struct criu_setup complete = *setup;
	struct criu_response response = { 0 };
	struct criu criu;
	int result;

	*end = CRIU_ENDED;
	complete.watch.images = images->directory;
	complete.watch.work = images->work;
	complete.watch.log = options->log_file;
	/* Else the log of an earlier CRIU would explain the failure of this one. */
	if (unlinkat(images->work, options->log_file, 0) < 0 && errno != ENOENT)
		return error_errno(err, errno, "remove the old log '%s/%s'", images->work_path,
			options->log_file);
	criu_remove_stale_cache();
	if (criu_start(&criu, &complete, err) < 0)
		return -1;
	result = criu_ask(&criu, type, options, NULL, criu_job_notified, &job, &response, err);
	/* It writes its log and its statistics to the end. */
	criu_end(&criu);
	*end = criu.end;
	if (result < 0 && (!job.refused || criu.end == CRIU_UNKILLABLE))
		criu_explain(
			&criu, &response, images->work, images->work_path, options->log_file, err);
	criu_response_free(&response);
	return result;
}
