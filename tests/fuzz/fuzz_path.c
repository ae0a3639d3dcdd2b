/* SPDX-License-Identifier: Apache-2.0 */
/* libFuzzer: the walk must find what openat2 finds, and make nothing outside of the root. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/path.h"

#define FUZZ_LINKS 3
#define FUZZ_TEXT_MAX 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char fuzz_top[] = "/tmp/elsewhen-fuzz-XXXXXX";
static int fuzz_topfd = -1, fuzz_rootfd = -1;

static int fuzz_remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void fuzz_remove(void)
{
	nftw(fuzz_top, fuzz_remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

/* A directory that holds the root alone, with directories "a", "a/b" and a file "a/f" in it. */
static void fuzz_fill(void)
{
	cleanup_fd(&fuzz_topfd);
	cleanup_fd(&fuzz_rootfd);
	if (mkdir(fuzz_top, 0700) < 0 && errno != EEXIST)
		abort();
	fuzz_topfd = open(fuzz_top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (mkdirat(fuzz_topfd, "root", 0755) < 0)
		abort();
	fuzz_rootfd = openat(fuzz_topfd, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (mkdirat(fuzz_rootfd, "a", 0755) < 0 || mkdirat(fuzz_rootfd, "a/b", 0755) < 0 ||
		mknodat(fuzz_rootfd, "a/f", S_IFREG | 0644, 0) < 0)
		abort();
}

/* A new tree every so often, for what earlier inputs have made in it. */
static void fuzz_refill(void)
{
	static unsigned int runs;

	if (runs++ % 256 != 0)
		return;
	if (runs > 1)
		fuzz_remove();
	else if (!mkdtemp(fuzz_top) || atexit(fuzz_remove) != 0)
		abort();
	fuzz_fill();
}

/* Takes a text that ends at a newline or the end; letters are few, so that names meet. */
static const char *fuzz_take(const uint8_t **data, size_t *size, char text[FUZZ_TEXT_MAX])
{
	static const char alphabet[] = "///...ablmf";
	size_t length = 0;

	while (*size > 0 && **data != '\n') {
		if (length < FUZZ_TEXT_MAX - 1)
			text[length++] = alphabet[**data % (sizeof(alphabet) - 1)];
		++*data;
		--*size;
	}
	if (*size > 0) {
		++*data;
		--*size;
	}
	text[length] = '\0';
	return text;
}

static void fuzz_compare(const char *path, int flags)
{
	cleanup_close int by_kernel = -1, by_walk = -1;
	struct stat a, b;

	path_without_openat2 = false;
	by_kernel = path_open_in_root(fuzz_rootfd, path, flags);
	path_without_openat2 = true;
	by_walk = path_open_in_root(fuzz_rootfd, path, flags);
	if ((by_kernel >= 0) != (by_walk >= 0))
		abort();
	if (by_kernel < 0)
		return;
	if (fstat(by_kernel, &a) < 0 || fstat(by_walk, &b) < 0 || a.st_ino != b.st_ino ||
		a.st_dev != b.st_dev)
		abort();
}

/* Whatever was made, the directory above the root still holds the root alone. */
static void fuzz_make(const char *path, bool file)
{
	int fd = file ? path_mkfile_in_root(fuzz_rootfd, path, 0644)
		      : path_mkdir_in_root(fuzz_rootfd, path, 0755);
	cleanup_dir DIR *top = opendir(fuzz_top);
	struct dirent *entry;

	cleanup_fd(&fd);
	while ((entry = readdir(top)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
			strcmp(entry->d_name, "root") != 0)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[FUZZ_LINKS] = { "l", "m", "a/l" };
	char text[FUZZ_TEXT_MAX];

	fuzz_refill();
	for (size_t i = 0; i < FUZZ_LINKS; i++) {
		fuzz_take(&data, &size, text);
		unlinkat(fuzz_rootfd, names[i], 0);
		/* A refused name leaves one link fewer, which is an input too. */
		if (*text && symlinkat(text, fuzz_rootfd, names[i]) < 0)
			continue;
	}
	fuzz_take(&data, &size, text);
	fuzz_compare(text, O_PATH);
	fuzz_compare(text, O_PATH | O_NOFOLLOW);
	fuzz_compare(text, O_RDONLY | O_NONBLOCK);
	fuzz_make(text, size % 2);
	fuzz_compare(text, O_PATH | O_DIRECTORY);
	return 0;
}
