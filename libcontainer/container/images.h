/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The directory with the images of a checkpoint, and the files in it that are ours and not CRIU's. On
 * restore it may be an unpacked archive from anywhere: nothing in it is followed out of it.
 */
#ifndef CONTAINER_IMAGES_H
#define CONTAINER_IMAGES_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/text.h"

struct images {
	char *path, *work_path; /* as they were given, absolute; work_path may be path */
	int directory, work;    /* work: where CRIU's log and statistics go */
	bool made;              /* the directory was not there */
};

void images_reset(struct images *images);
void images_close(struct images *images);

/* `path` NULL: "checkpoint" below the working directory; `work_path` NULL: the same directory. */
int images_make(struct images *images, const char *path, const char *work_path, struct error *err);

/*
 * Opens what is to be restored, and refuses whatever is no image: a link could make CRIU's log, which is
 * written in there, any file of the host's. The one link that CRIU itself makes, "parent", may lead
 * to a directory beside this one, which is looked at in the same way.
 */
int images_open(struct images *images, const char *path, const char *work_path, struct error *err);

/* That `parent`, a path from the directory `path`, is a checkpoint that images_open would follow the link to. */
int images_check_new_parent(const char *path, const char *parent, struct error *err);

/* What the descriptors 0, 1 and 2 of init were (oci/descriptors_file.h). */
int images_save_descriptors(
	const struct images *images, const struct strv *descriptors, struct error *err);
void images_forget_descriptors(const struct images *images);
/* A checkpoint of something else may have none: nothing is added then. */
int images_load_descriptors(
	const struct images *images, struct strv *descriptors, struct error *err);

/*
 * CRIU's processes in a user namespace of the container's look for files by name in the directory, whose owner is
 * nobody in there. What its mode was is stored, for images_restrict to set it again.
 */
int images_open_to_search(const struct images *images, mode_t *mode, struct error *err);
void images_restrict(const struct images *images, mode_t mode);

/* Of all the images in it. */
uint64_t images_count_bytes(const struct images *images);

#endif
