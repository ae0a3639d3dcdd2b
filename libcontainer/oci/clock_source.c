/* SPDX-License-Identifier: Apache-2.0 */
/* Finds saved clocks: a file, clock.json in a directory, or what CRIU left in one. */
#include "oci/clock_source.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/path.h"
#include "linux/criu_image.h"

static struct oci_time_offset set_reading(struct timens_offset reading)
{
	return (struct oci_time_offset){ true, reading.seconds, reading.nanoseconds };
}

static int load_criu(int directory, struct oci_clock_file *file, struct error *err)
{
	struct clock_readings clocks;

	if (criu_image_read_clocks(directory, &clocks, err) < 0) {
		if (err->code == ENOENT)
			return error_set(err, ENOENT,
				"neither " OCI_CLOCK_SOURCE_NAME
				" nor a clock image of CRIU (timens-N.img) is in it");
		return -1;
	}
	*file = (struct oci_clock_file){
		.monotonic = set_reading(clocks.monotonic),
		.boottime = set_reading(clocks.boottime),
		.policy = CLOCK_POLICY_UNSET,
	};
	return 0;
}

int oci_clock_source_load_directory(int directory, struct oci_clock_file *file, struct error *err)
{
	cleanup_free char *json = NULL;
	ssize_t length =
		path_read_in_root(directory, OCI_CLOCK_SOURCE_NAME, &json, OCI_CLOCK_FILE_SIZE_MAX);

	if (length == -ENOENT)
		return load_criu(directory, file, err);
	if (length < 0)
		return error_file(err, (int)-length, "cannot read " OCI_CLOCK_SOURCE_NAME);
	if (oci_clock_file_parse(json, (size_t)length, file, err) < 0)
		return error_prefix(err, OCI_CLOCK_SOURCE_NAME);
	return 0;
}

static int load_file(int fd, struct oci_clock_file *file, struct error *err)
{
	cleanup_free char *json = NULL;
	ssize_t length = io_read_fd(fd, &json, OCI_CLOCK_FILE_SIZE_MAX);

	if (length < 0)
		return error_errno(err, (int)-length, "cannot read it");
	return oci_clock_file_parse(json, (size_t)length, file, err);
}

int oci_clock_source_load(const char *path, struct oci_clock_file *file, struct error *err)
{
	/* Without a wait, should it be a FIFO. */
	cleanup_close int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;
	int result;

	if (fd < 0 || fstat(fd, &st) < 0)
		return error_errno(err, errno, "cannot open the saved clocks '%s'", path);
	if (S_ISDIR(st.st_mode))
		result = oci_clock_source_load_directory(fd, file, err);
	else if (S_ISREG(st.st_mode))
		result = load_file(fd, file, err);
	else
		result = error_set(err, EINVAL, "it is neither a file nor a directory");
	return result < 0 ? error_prefix(err, "saved clocks '%s'", path) : 0;
}
