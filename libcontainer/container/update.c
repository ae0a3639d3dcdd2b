/* SPDX-License-Identifier: Apache-2.0 */
/* `update`: other limits for a container that is there. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fatal.h"
#include "base/io.h"
#include "base/text.h"
#include "container/adapt.h"
#include "container/status.h"
#include "oci/validate.h"

static ssize_t update_read_file(const char *path, char **json)
{
	if (text_equal(path, "-"))
		return io_read_fd(STDIN_FILENO, json, OCI_CONFIG_SIZE_MAX);
	return io_read_file(AT_FDCWD, path, json, OCI_CONFIG_SIZE_MAX);
}

/* `path` NULL: no property is set. */
static struct oci_config *update_read(const char *path, struct error *err)
{
	cleanup_free char *json = path ? NULL : strdup("{}");
	struct oci_config *config;
	ssize_t length = path ? update_read_file(path, &json) : 2;

	if (!json && length >= 0)
		fatal_out_of_memory();
	if (length < 0) {
		error_file(err, (int)-length, "--resources: read '%s'", path);
		return NULL;
	}
	if (oci_resources_parse(json, (size_t)length, &config, err) < 0) {
		error_prefix(err, "--resources: '%s'", path);
		return NULL;
	}
	return config;
}

static void update_set_i64(struct oci_i64 *member, const struct container_limit *limit)
{
	if (limit->given)
		*member = (struct oci_i64){ true, limit->value };
}

/* Of the properties without a sign, those that are unlimited by 0 have no -1. */
static int update_set_u64(struct oci_u64 *member, const struct container_limit *limit,
	const char *name, struct error *err)
{
	if (limit->given && limit->value < 0)
		return error_set(err, EINVAL, "linux.resources.%s: %lld is below 0", name,
			(long long)limit->value);
	if (limit->given)
		*member = (struct oci_u64){ true, (uint64_t)limit->value };
	return 0;
}

static int update_set_weight(
	struct oci_u32 *member, const struct container_limit *limit, struct error *err)
{
	if (limit->given && (limit->value < 0 || limit->value > UINT16_MAX))
		return error_set(err, EINVAL,
			"linux.resources.blockIO.weight: %lld is outside of 10 to 1000",
			(long long)limit->value);
	if (limit->given)
		*member = (struct oci_u32){ true, (uint32_t)limit->value };
	return 0;
}

static void update_set_list(struct arena *arena, char **member, const char *list)
{
	if (list)
		*member = arena_printf(arena, "%s", list);
}

static int update_add_options(struct oci_config *config,
	const struct container_update_options *options, struct error *err)
{
	struct oci_resources *resources = &config->linux_.resources;
	struct oci_cpu *cpu = &resources->cpu;

	update_set_i64(&cpu->quota, &options->cpu_quota);
	update_set_i64(&cpu->realtime_runtime, &options->cpu_realtime_runtime);
	update_set_i64(&cpu->idle, &options->cpu_idle);
	update_set_i64(&resources->memory.limit, &options->memory);
	update_set_i64(&resources->memory.reservation, &options->memory_reservation);
	update_set_i64(&resources->memory.swap, &options->memory_swap);
	update_set_i64(&resources->pids.limit, &options->pids);
	update_set_list(&config->arena, &cpu->cpus, options->cpuset_cpus);
	update_set_list(&config->arena, &cpu->mems, options->cpuset_mems);
	if (update_set_u64(&cpu->shares, &options->cpu_shares, "cpu.shares", err) < 0 ||
		update_set_u64(&cpu->period, &options->cpu_period, "cpu.period", err) < 0 ||
		update_set_u64(&cpu->burst, &options->cpu_burst, "cpu.burst", err) < 0 ||
		update_set_u64(&cpu->realtime_period, &options->cpu_realtime_period,
			"cpu.realtimePeriod", err) < 0)
		return -1;
	return update_set_weight(&resources->block_io.weight, &options->block_io_weight, err);
}

/* `kill` says the same of a container that has ended: engines look for these words. */
static int update_apply(const char *id, const struct oci_state_file *state,
	const struct cgroup_resources *resources, struct error *err)
{
	struct cgroup_plan cgroup = status_cgroup(state);
	enum container_status status;

	if (status_of(state, &status, NULL, err) < 0)
		return error_prefix(err, "container '%s'", id);
	if (status == CONTAINER_STOPPED || status == CONTAINER_CREATING)
		return error_set(err, ESRCH, "container not running: '%s' is %s", id,
			container_status_name(status));
	if (cgroup.directories.length == 0)
		return error_set(
			err, ENOTSUP, "container '%s' has no cgroup whose limits could change", id);
	if (cgroup_apply(&cgroup, resources, err) < 0)
		return error_prefix(err, "container '%s'", id);
	return 0;
}

int container_update(const struct container_runtime *runtime, const char *id,
	const struct container_update_options *options, struct error *err)
{
	cleanup_oci_config struct oci_config *config = update_read(options->resources, err);
	cleanup_close int directory = -1;
	struct cgroup_resources resources;
	struct oci_state_file state;
	int result;

	if (!config || update_add_options(config, options, err) < 0 ||
		oci_resources_validate(config, err) < 0)
		return -1;
	adapt_resources(&config->linux_, &config->arena, &resources);
	directory = status_open(runtime, id, true, &state, err);
	if (directory < 0)
		return -1;
	result = update_apply(id, &state, &resources, err);
	oci_state_file_free(&state);
	return result;
}
