/* SPDX-License-Identifier: Apache-2.0 */
#include "container/adapt.h"

#include <string.h>
#include <sys/mount.h>

#include "base/text.h"

void adapt_seccomp(
	const struct oci_seccomp *seccomp, struct arena *arena, struct seccomp_profile *profile)
{
	struct seccomp_rule *rules =
		arena_alloc(arena, (seccomp->syscalls_length + 1) * sizeof(*rules));

	for (size_t i = 0; i < seccomp->syscalls_length; i++) {
		const struct oci_seccomp_rule *asked = &seccomp->syscalls[i];
		struct seccomp_condition *conditions =
			arena_alloc(arena, (asked->args_length + 1) * sizeof(*conditions));

		for (size_t j = 0; j < asked->args_length; j++)
			conditions[j] = (struct seccomp_condition){
				.index = asked->args[j].index,
				.value = asked->args[j].value,
				.value_two = asked->args[j].value_two,
				.op = asked->args[j].op,
			};
		rules[i] = (struct seccomp_rule){
			.names = (const char *const *)asked->names.items,
			.names_length = asked->names.length,
			.action = asked->action,
			.errno_ret = asked->errno_ret.set ? asked->errno_ret.value : 1 /* EPERM */,
			.conditions = conditions,
			.conditions_length = asked->args_length,
		};
	}
	*profile = (struct seccomp_profile){
		.default_action = seccomp->default_action,
		.default_errno_ret =
			seccomp->default_errno_ret.set ? seccomp->default_errno_ret.value : 1,
		.architectures = (const char *const *)seccomp->architectures.items,
		.architectures_length = seccomp->architectures.length,
		.flags = (const char *const *)seccomp->flags.items,
		.flags_length = seccomp->flags.length,
		.rules = rules,
		.rules_length = seccomp->syscalls_length,
	};
}

int adapt_mount(const struct oci_mount *mount, size_t index, const char *mount_label,
	const char *bundle, struct arena *arena, struct mount_request *request, struct error *err)
{
	*request = (struct mount_request){
		.type = mount->type,
		.source = mount->source,
		.destination = mount->destination,
		.label = mount_label,
		.idmap_userns_fd = -1,
		.where = arena_printf(arena, "mounts[%zu]", index),
	};
	if (mount_options_parse(
		    mount->options.items, mount->options.length, &request->options, err) < 0)
		return error_prefix(err, "%s", request->where);
	if (mount_is_bind(request) && request->source && request->source[0] != '/')
		request->source = arena_printf(arena, "%s/%s", bundle, request->source);
	return 0;
}

static const struct userns_mapping *adapt_mappings(
	const struct oci_id_mappings *asked, struct arena *arena)
{
	struct userns_mapping *mappings =
		arena_alloc(arena, (asked->length + 1) * sizeof(*mappings));

	for (size_t i = 0; i < asked->length; i++)
		mappings[i] = (struct userns_mapping){
			.inside = asked->items[i].container_id,
			.outside = asked->items[i].host_id,
			.length = asked->items[i].size,
		};
	return mappings;
}

void adapt_maps(const struct oci_id_mappings *uids, const struct oci_id_mappings *gids,
	struct arena *arena, struct userns_maps *maps)
{
	*maps = (struct userns_maps){
		.uids = adapt_mappings(uids, arena),
		.uids_length = uids->length,
		.gids = adapt_mappings(gids, arena),
		.gids_length = gids->length,
	};
}

static uint64_t adapt_capability_set(const struct oci_strings *names)
{
	uint64_t set = 0;

	for (size_t i = 0; i < names->length; i++) {
		int cap = caps_from_name(names->items[i]);

		/*
		 * A name that is newer than this kernel grants nothing (config.md, "capabilities").
		 */
		if (cap >= 0 && cap < 64)
			set |= UINT64_C(1) << cap;
	}
	return set;
}

void adapt_capabilities(const struct oci_capabilities *capabilities, struct caps_sets *sets)
{
	*sets = (struct caps_sets){
		.bounding = adapt_capability_set(&capabilities->bounding),
		.permitted = adapt_capability_set(&capabilities->permitted),
		.effective = adapt_capability_set(&capabilities->effective),
		.inheritable = adapt_capability_set(&capabilities->inheritable),
		.ambient = adapt_capability_set(&capabilities->ambient),
	};
}

void adapt_scheduler(const struct oci_scheduler *asked, struct attributes_scheduler *scheduler)
{
	*scheduler = (struct attributes_scheduler){
		.policy = asked->policy,
		.flags = (const char *const *)asked->flags.items,
		.flags_length = asked->flags.length,
		.nice = (int)asked->nice.value,
		.priority = (int)asked->priority.value,
		.runtime = asked->runtime.value,
		.deadline = asked->deadline.value,
		.period = asked->period.value,
	};
}

uint64_t adapt_propagation(const char *name, bool *recursive)
{
	static const struct {
		const char *name;
		uint64_t flag;
	} names[] = {
		{ "private", MS_PRIVATE },
		{ "shared", MS_SHARED },
		{ "slave", MS_SLAVE },
		{ "unbindable", MS_UNBINDABLE },
	};

	*recursive = name && name[0] == 'r';
	for (size_t i = 0; name && i < ARRAY_LENGTH(names); i++)
		if (text_equal(name + *recursive, names[i].name))
			return names[i].flag;
	return 0;
}
