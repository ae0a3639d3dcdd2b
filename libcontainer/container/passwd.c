/* SPDX-License-Identifier: Apache-2.0 */
#include "container/passwd.h"

#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fatal.h"
#include "base/path.h"

/* An image could have a FIFO, a device or an endless file there. */
#define PASSWD_SIZE_MAX ((off_t)4 * 1024 * 1024)

static FILE *passwd_open(int rootfd)
{
	cleanup_close int fd = path_open_in_root(rootfd, "etc/passwd", O_RDONLY | O_NONBLOCK);
	struct stat st;
	FILE *file;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size > PASSWD_SIZE_MAX)
		return NULL;
	file = fdopen(fd, "re");
	if (file)
		(void)move_fd(&fd);
	return file;
}

/* fgetpwent(3) parses without asking any name service, which a container's files must not
 * configure. */
static struct passwd *passwd_find(FILE *file, uid_t uid)
{
	struct passwd *entry;

	while ((entry = fgetpwent(file)))
		if (entry->pw_uid == uid)
			return entry;
	return NULL;
}

static char *passwd_copy(const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		fatal_out_of_memory();
	return copy;
}

char *passwd_home(int rootfd, uid_t uid)
{
	cleanup_file FILE *file = passwd_open(rootfd);
	struct passwd *entry = file ? passwd_find(file, uid) : NULL;

	return passwd_copy(entry && entry->pw_dir && entry->pw_dir[0] == '/' ? entry->pw_dir : "/");
}

char *passwd_name(uid_t uid)
{
	cleanup_file FILE *file = fopen("/etc/passwd", "re");
	struct passwd *entry = file ? passwd_find(file, uid) : NULL;
	char number[16];

	snprintf(number, sizeof(number), "%u", (unsigned int)uid);
	return passwd_copy(entry ? entry->pw_name : number);
}
