/* SPDX-License-Identifier: Apache-2.0 */
/* config.md, "Process": the process of a config.json and the one given to exec. */
#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "linux/attributes.h"
#include "linux/attributes_list.h"
#include "oci/validate.h"
#include "oci/validate_rules.h"

#ifndef SCHED_ISO
#define SCHED_ISO 4
#endif
#ifndef SCHED_DEADLINE
#define SCHED_DEADLINE 6
#endif

/* (uid_t)-1 and (gid_t)-1 mean "leave it" to setresuid(2): the process would stay root. */
#define NO_ID UINT32_MAX

static int validate_command(const struct oci_process *process, struct error *err)
{
	if (validate_absolute("process.cwd", process->cwd, err) < 0)
		return -1;
	if (process->args.length == 0)
		return error_set(err, EINVAL, "process.args: at least one argument is required");
	return validate_not_empty("process.args[0]", process->args.items[0], err);
}

static int validate_env(const struct oci_process *process, struct error *err)
{
	for (size_t i = 0; i < process->env.length; i++) {
		const char *entry = process->env.items[i];

		if (*entry == '\0' || *entry == '=')
			return error_set(err, EINVAL,
				"process.env[%zu]: '%s' has no name before the '='", i, entry);
	}
	return 0;
}

static int validate_user(const struct oci_process *process, struct error *err)
{
	const struct oci_user *user = &process->user;

	if (user->uid == NO_ID || user->gid == NO_ID)
		return error_set(err, EINVAL, "process.user.%s: %" PRIu32 " is no id",
			user->uid == NO_ID ? "uid" : "gid", NO_ID);
	for (size_t i = 0; i < user->additional_gids_length; i++) {
		if (user->additional_gids[i] == NO_ID)
			return error_set(err, EINVAL,
				"process.user.additionalGids[%zu]: %" PRIu32 " is no id", i, NO_ID);
	}
	if (user->umask.set && user->umask.value > 0777)
		return error_set(err, EINVAL, "process.user.umask: %" PRIu32 " is above %d (0777)",
			user->umask.value, 0777);
	return 0;
}

/* Only the form: a kernel newer than this list may know more, an older one leaves them out. */
static bool capability_right(const char *name)
{
	static const char prefix[] = "CAP_";
	size_t length = strlen(prefix);

	return text_starts_with(name, prefix) && name[length] &&
	       strspn(name + length, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") ==
		       strlen(name + length);
}

static int validate_capabilities(const struct oci_process *process, struct error *err)
{
	const struct oci_capabilities *capabilities = &process->capabilities;
	const struct {
		const char *name;
		const struct oci_strings *list;
	} sets[] = {
		{ "bounding", &capabilities->bounding },
		{ "effective", &capabilities->effective },
		{ "inheritable", &capabilities->inheritable },
		{ "permitted", &capabilities->permitted },
		{ "ambient", &capabilities->ambient },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(sets); i++) {
		for (size_t j = 0; j < sets[i].list->length; j++) {
			if (!capability_right(sets[i].list->items[j]))
				return error_set(err, EINVAL,
					"process.capabilities.%s[%zu]: '%s' is no capability as in "
					"CAP_KILL",
					sets[i].name, j, sets[i].list->items[j]);
		}
	}
	return 0;
}

static int validate_rlimits(const struct oci_process *process, struct error *err)
{
	uint64_t seen = 0;

	for (size_t i = 0; i < process->rlimits_length; i++) {
		const struct oci_rlimit *limit = &process->rlimits[i];
		int number = limit->type ? attributes_rlimit_from_name(limit->type) : -1;

		if (number < 0 || number >= 64)
			return error_set(err, EINVAL,
				"process.rlimits[%zu].type: '%s' is no limit as in RLIMIT_NOFILE",
				i, limit->type ? limit->type : "");
		if (seen & UINT64_C(1) << number)
			return error_set(err, EINVAL,
				"process.rlimits[%zu].type: %s is there twice", i, limit->type);
		seen |= UINT64_C(1) << number;
		if (limit->soft > limit->hard)
			return error_set(err, EINVAL,
				"process.rlimits[%zu].soft: %" PRIu64
				" is above the hard limit %" PRIu64 " of %s",
				i, limit->soft, limit->hard, limit->type);
	}
	return 0;
}

static int validate_oom_score_adj(const struct oci_process *process, struct error *err)
{
	int64_t score = process->oom_score_adj.value;

	if (process->oom_score_adj.set && (score < -1000 || score > 1000))
		return error_set(err, EINVAL,
			"process.oomScoreAdj: %" PRId64 " is outside of -1000 to 1000", score);
	return 0;
}

static int validate_scheduler_range(const char *property, const struct oci_i64 *value, int64_t min,
	int64_t max, const char *policy, struct error *err)
{
	if (value->set && (value->value < min || value->value > max))
		return error_set(err, EINVAL,
			"process.scheduler.%s: %" PRId64 " is outside of %" PRId64 " to %" PRId64
			" for %s",
			property, value->value, min, max, policy);
	return 0;
}

static int validate_deadline(const struct oci_scheduler *scheduler, struct error *err)
{
	uint64_t period =
		scheduler->period.value ? scheduler->period.value : scheduler->deadline.value;

	if (scheduler->runtime.value == 0)
		return error_set(err, EINVAL,
			"process.scheduler.runtime: is required with SCHED_DEADLINE, and above 0");
	if (scheduler->deadline.value < scheduler->runtime.value ||
		period < scheduler->deadline.value)
		return error_set(err, EINVAL,
			"process.scheduler: SCHED_DEADLINE needs runtime <= deadline <= period, "
			"not "
			"%" PRIu64 ", %" PRIu64 ", %" PRIu64,
			scheduler->runtime.value, scheduler->deadline.value, period);
	return 0;
}

/* sched(7) has parameters for each policy; a value other than zero for another one is a mistake. */
static int validate_scheduler_fit(
	const struct oci_scheduler *scheduler, int policy, struct error *err)
{
	bool fair = policy == SCHED_OTHER || policy == SCHED_BATCH;
	bool fixed = policy == SCHED_FIFO || policy == SCHED_RR;
	const struct {
		const char *property;
		bool fits, given;
	} fields[] = {
		{ "nice", fair, scheduler->nice.value != 0 },
		{ "priority", fixed, scheduler->priority.value != 0 },
		{ "runtime", policy == SCHED_DEADLINE, scheduler->runtime.value != 0 },
		{ "deadline", policy == SCHED_DEADLINE, scheduler->deadline.value != 0 },
		{ "period", policy == SCHED_DEADLINE, scheduler->period.value != 0 },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(fields); i++) {
		if (fields[i].given && !fields[i].fits)
			return error_set(err, EINVAL, "process.scheduler.%s: does not go with %s",
				fields[i].property, scheduler->policy);
	}
	if (fixed && !scheduler->priority.set)
		return error_set(err, EINVAL, "process.scheduler.priority: is required with %s",
			scheduler->policy);
	return 0;
}

static int validate_scheduler(const struct oci_process *process, struct error *err)
{
	static const char *const flags[] = { "SCHED_FLAG_RESET_ON_FORK", "SCHED_FLAG_RECLAIM",
		"SCHED_FLAG_DL_OVERRUN", "SCHED_FLAG_KEEP_POLICY", "SCHED_FLAG_KEEP_PARAMS",
		"SCHED_FLAG_UTIL_CLAMP_MIN", "SCHED_FLAG_UTIL_CLAMP_MAX", NULL };
	const struct oci_scheduler *scheduler = &process->scheduler;
	int policy;

	if (!scheduler->set)
		return 0;
	if (validate_not_empty("process.scheduler.policy", scheduler->policy, err) < 0)
		return -1;
	policy = attributes_scheduler_from_name(scheduler->policy);
	if (policy < 0)
		return error_set(err, EINVAL,
			"process.scheduler.policy: '%s' is no policy as in SCHED_OTHER",
			scheduler->policy);
	if (policy == SCHED_ISO)
		return error_set(err, ENOTSUP,
			"process.scheduler.policy: SCHED_ISO is a name that Linux has reserved and "
			"never implemented");
	if (validate_each_one_of("process.scheduler.flags", &scheduler->flags, flags, err) < 0 ||
		validate_scheduler_fit(scheduler, policy, err) < 0 ||
		validate_scheduler_range(
			"nice", &scheduler->nice, -20, 19, scheduler->policy, err) < 0)
		return -1;
	if (policy == SCHED_FIFO || policy == SCHED_RR)
		return validate_scheduler_range(
			"priority", &scheduler->priority, 1, 99, scheduler->policy, err);
	return policy == SCHED_DEADLINE ? validate_deadline(scheduler, err) : 0;
}

static int validate_io_priority(const struct oci_process *process, struct error *err)
{
	const struct oci_io_priority *priority = &process->io_priority;

	if (!priority->set)
		return 0;
	if (validate_not_empty("process.ioPriority.class", priority->class, err) < 0)
		return -1;
	if (attributes_io_class_from_name(priority->class) < 0)
		return error_set(err, EINVAL,
			"process.ioPriority.class: '%s' is no class as in IOPRIO_CLASS_BE",
			priority->class);
	if (priority->priority.value < 0 || priority->priority.value > 7)
		return error_set(err, EINVAL,
			"process.ioPriority.priority: %" PRId64 " is outside of 0 to 7",
			priority->priority.value);
	return 0;
}

/* Engines write "" for "not given". */
static int validate_cpus(const char *where, const char *list, struct error *err)
{
	struct attributes_bits bits;

	return list && *list ? attributes_parse_list(list, where, &bits, err) : 0;
}

static int validate_affinity(const struct oci_process *process, struct error *err)
{
	const char *initial = process->exec_cpu_affinity.initial;
	const char *final = process->exec_cpu_affinity.final;

	if (validate_cpus("process.execCPUAffinity.initial", initial, err) < 0)
		return -1;
	return validate_cpus("process.execCPUAffinity.final", final, err);
}

int oci_process_validate(const struct oci_process *process, struct error *err)
{
	static int (*const checks[])(const struct oci_process *process, struct error *err) = {
		validate_command,
		validate_env,
		validate_user,
		validate_capabilities,
		validate_rlimits,
		validate_oom_score_adj,
		validate_scheduler,
		validate_io_priority,
		validate_affinity,
	};

	for (size_t i = 0; i < ARRAY_LENGTH(checks); i++) {
		if (checks[i](process, err) < 0)
			return -1;
	}
	return 0;
}

/* Without a process a container can be created, though never started. */
int validate_process(const struct oci_config *config, struct error *err)
{
	return config->process.set ? oci_process_validate(&config->process, err) : 0;
}
