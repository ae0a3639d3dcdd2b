/* SPDX-License-Identifier: Apache-2.0 */
/* elsewhen update */
#include <errno.h>
#include <stddef.h>

#include "base/log.h"

#include "commands.h"

/* The numbers in the shape that the command line gives; the rest as the library takes it. */
static struct {
	struct container_update_options options;
	struct option_number block_io_weight, cpu_shares, cpu_quota, cpu_period, cpu_burst,
		cpu_realtime_runtime, cpu_realtime_period, cpu_idle, memory, memory_reservation,
		memory_swap, pids, kernel, kernel_tcp;
} update_values;

#define VALUE(name) offsetof(__typeof__(update_values), name)
#define OPTION_VALUE(name) VALUE(options.name)
#define CPU_SHARES_HELP "its share of the CPU beside others, 2 to 262144 (usual: 1024)"

/* clang-format off */
static const struct option_spec update_options[] = {
	{ "resources", 'r', OPTION_STRING, OPTION_VALUE(resources), "FILE",
	  "take the limits (an object like linux.resources in config.json) from FILE; - is standard "
	  "input; the options below come on top" },
	{ "memory", 0, OPTION_BYTES, VALUE(memory), "BYTES",
	  "most memory" },
	{ "memory-reservation", 0, OPTION_BYTES, VALUE(memory_reservation), "BYTES",
	  "memory that it keeps when others need some" },
	{ "memory-swap", 0, OPTION_BYTES, VALUE(memory_swap), "BYTES",
	  "most memory and swap together" },
	{ "cpu-quota", 0, OPTION_NUMBER, VALUE(cpu_quota), "USECS",
	  "CPU time that it may use in each period" },
	{ "cpu-period", 0, OPTION_NUMBER, VALUE(cpu_period), "USECS",
	  "length of that period, 1000 to 1000000" },
	{ "cpu-burst", 0, OPTION_NUMBER, VALUE(cpu_burst), "USECS",
	  "CPU time that it may save up for later periods" },
	{ "cpu-shares", 0, OPTION_NUMBER, VALUE(cpu_shares), "N", CPU_SHARES_HELP },
	{ "cpu-share", 0, OPTION_NUMBER, VALUE(cpu_shares), "N",
	  "the same, as other runtimes spell it" },
	{ "cpu-idle", 0, OPTION_NUMBER, VALUE(cpu_idle), "0|1",
	  "1: only CPU time that nobody else wants" },
	{ "cpu-rt-runtime", 0, OPTION_NUMBER, VALUE(cpu_realtime_runtime), "USECS",
	  "CPU time of its real-time processes in each of their periods" },
	{ "cpu-rt-period", 0, OPTION_NUMBER, VALUE(cpu_realtime_period), "USECS",
	  "length of the period of real-time processes" },
	{ "cpuset-cpus", 0, OPTION_STRING, OPTION_VALUE(cpuset_cpus), "LIST",
	  "the CPUs that it may use, as in 0-2,4" },
	{ "cpuset-mems", 0, OPTION_STRING, OPTION_VALUE(cpuset_mems), "LIST",
	  "the memory nodes that it may use" },
	{ "pids-limit", 0, OPTION_NUMBER, VALUE(pids), "N",
	  "most processes and threads" },
	{ "blkio-weight", 0, OPTION_NUMBER, VALUE(block_io_weight), "N",
	  "its share of block IO beside others, 10 to 1000" },
	{ "kernel-memory", 0, OPTION_BYTES, VALUE(kernel), "BYTES",
	  "ignored: kernel memory is part of --memory" },
	{ "kernel-memory-tcp", 0, OPTION_BYTES, VALUE(kernel_tcp), "BYTES",
	  "ignored for the same reason" },
	{ 0 },
};
/* clang-format on */

static struct container_limit update_limit(const struct option_number *number)
{
	return (struct container_limit){ number->given, number->value };
}

static void update_warn_ignored(const char *name, const struct option_number *number)
{
	if (number->given)
		log_warning("update: %s is ignored: kernel memory is part of --memory", name);
}

static void update_take_numbers(struct container_update_options *options)
{
	options->block_io_weight = update_limit(&update_values.block_io_weight);
	options->cpu_shares = update_limit(&update_values.cpu_shares);
	options->cpu_quota = update_limit(&update_values.cpu_quota);
	options->cpu_period = update_limit(&update_values.cpu_period);
	options->cpu_burst = update_limit(&update_values.cpu_burst);
	options->cpu_realtime_runtime = update_limit(&update_values.cpu_realtime_runtime);
	options->cpu_realtime_period = update_limit(&update_values.cpu_realtime_period);
	options->cpu_idle = update_limit(&update_values.cpu_idle);
	options->memory = update_limit(&update_values.memory);
	options->memory_reservation = update_limit(&update_values.memory_reservation);
	options->memory_swap = update_limit(&update_values.memory_swap);
	options->pids = update_limit(&update_values.pids);
}

static int update_run(struct invocation *invocation, struct error *err)
{
	update_take_numbers(&update_values.options);
	update_warn_ignored("--kernel-memory", &update_values.kernel);
	update_warn_ignored("--kernel-memory-tcp", &update_values.kernel_tcp);
	return container_update(
		invocation->runtime, invocation->operands[0], &update_values.options, err);
}

const struct command command_update = {
	.name = "update",
	.operands = "ID",
	.operands_min = 1,
	.operands_max = 1,
	.summary = "change the limits of a container",
	.description = "Changes the limits of the container ID while it runs. What is not named "
		       "stays as it is; -1 is no limit. All is checked before anything is changed. "
		       "BYTES may end in k, m, g or t.",
	.example = "elsewhen update --memory 512m --pids-limit 100 web",
	.options = update_options,
	.values = &update_values,
	.run = update_run,
};
