/* SPDX-License-Identifier: Apache-2.0 */
/* The container's own directory below --root: its lock, its state file, its copy of config.json. */
#ifndef CONTAINER_DIRECTORY_H
#define CONTAINER_DIRECTORY_H

#include <stdbool.h>

#include <elsewhen/container.h>

#include "base/error.h"
#include "oci/config.h"
#include "oci/state_file.h"

#define DIRECTORY_START_SOCKET "start.sock"
#define DIRECTORY_CLOCK "clock" /* a sandbox's: its pod's time namespace is mounted on it */

/*
 * Makes ROOT/ID, which must not exist (EEXIST), and locks it: whoever holds the lock may change the
 * state. Returns the directory's fd, which is the lock, or -1.
 */
int directory_create(const struct container_runtime *runtime, const char *id, struct error *err);

enum directory_lock { DIRECTORY_UNLOCKED, DIRECTORY_LOCKED, DIRECTORY_LOCKED_SOON };

/*
 * Opens ROOT/ID; DIRECTORY_LOCKED waits for the lock, DIRECTORY_LOCKED_SOON no longer
 * than ten seconds (ETIMEDOUT). -1 with ENOENT: "container 'x' does not
 * exist". What comes back locked is certainly still there: a directory that was removed meanwhile
 * is ENOENT too.
 */
int directory_open(const struct container_runtime *runtime, const char *id,
	enum directory_lock lock, struct error *err);

/*
 * Tries the lock of an fd that directory_open returned unlocked. 1: have it, 0: another has it, -1.
 */
int directory_try_lock(int directory, struct error *err);

/* For others to act on the container while we keep the fd. */
void directory_unlock(int directory);

/* 1: have the lock, and the directory is still there; 0: it was removed meanwhile; -1. */
int directory_lock_again(int directory, struct error *err);

/* Durably (fsync and rename). */
int directory_save_state(int directory, const struct oci_state_file *state, struct error *err);

/*
 * What delete needs, which does not grow with the config. ENOENT in err->code: there is no state file
 * (a create that was killed before it wrote one).
 */
int directory_load_state(int directory, struct oci_state_file *state, struct error *err);
/* Reads the annotations of a state that has left them to config.json. */
int directory_load_annotations(int directory, struct oci_state_file *state, struct error *err);

int directory_save_config(int directory, const char *json, size_t length, struct error *err);
int directory_load_config(int directory, struct oci_config **config, struct error *err);

/*
 * Removes the files of ours and then the directory; the state file goes last but it. A namespace that is
 * mounted on one is let go. Idempotent.
 */
int directory_remove(
	const struct container_runtime *runtime, const char *id, int directory, struct error *err);

#endif
