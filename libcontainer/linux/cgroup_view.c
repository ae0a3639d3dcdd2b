/* SPDX-License-Identifier: Apache-2.0 */
/* What a container's /sys/fs/cgroup has to show: an entry for each hierarchy of its plan. */
#include "linux/cgroup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "linux/cgroup_layout.h"

#define NAMED "name="

/* The hierarchy whose mount point is the longest one above `directory`. */
static const struct cgroup_hierarchy *find_hierarchy(
	const struct cgroup_layout *layout, const char *directory)
{
	const struct cgroup_hierarchy *found = NULL;

	for (size_t i = 0; i < layout->length; i++) {
		const struct cgroup_hierarchy *hierarchy = &layout->items[i];
		size_t length = strlen(hierarchy->mount);

		if (text_starts_with(directory, hierarchy->mount) && directory[length] == '/' &&
			(!found || length > strlen(found->mount)))
			found = hierarchy;
	}
	return found;
}

static struct cgroup_view_entry make_entry(
	const struct cgroup_hierarchy *hierarchy, const char *directory)
{
	struct cgroup_view_entry entry = { .directory = cgroup_copy_text(directory) };
	struct text options = { 0 };

	if (hierarchy->v2) {
		entry.name = cgroup_copy_text(CGROUP_VIEW_V2);
		return entry;
	}
	/* A hierarchy without controllers is mounted by its name, and shown without "name=". */
	if (text_starts_with(hierarchy->controllers, NAMED)) {
		entry.name = cgroup_copy_text(hierarchy->controllers + strlen(NAMED));
		text_add(&options, "none,");
	} else {
		entry.name = cgroup_copy_text(hierarchy->controllers);
	}
	text_add(&options, hierarchy->controllers);
	entry.v1_options = options.data;
	return entry;
}

int cgroup_view_make(const struct cgroup_plan *plan, struct cgroup_view *view, struct error *err)
{
	cleanup_cgroup_layout struct cgroup_layout layout = { 0 };

	*view = (struct cgroup_view){ 0 };
	if (plan->directories.length == 0)
		return 0;
	if (cgroup_layout_read(false, &layout, err) < 0)
		return -1;
	view->items = calloc(plan->directories.length, sizeof(view->items[0]));
	if (!view->items)
		return error_errno(err, ENOMEM, "cannot show the cgroups");
	for (size_t i = 0; i < plan->directories.length; i++) {
		const char *directory = plan->directories.items[i];
		const struct cgroup_hierarchy *hierarchy = find_hierarchy(&layout, directory);

		/* Unmounted meanwhile: there is nothing to show. */
		if (hierarchy)
			view->items[view->length++] = make_entry(hierarchy, directory);
	}
	return 0;
}

void cgroup_view_free(struct cgroup_view *view)
{
	for (size_t i = 0; i < view->length; i++) {
		free(view->items[i].name);
		free(view->items[i].v1_options);
		free(view->items[i].directory);
	}
	free(view->items);
	*view = (struct cgroup_view){ 0 };
}
