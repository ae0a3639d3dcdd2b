/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs in a container and looks, as fast as it can, at every process that appears beside it: whether its root,
 * its working directory, a descriptor, its executable, what it has mapped, its environment or its memory give
 * anything of the host away. Static, for containers without a library. What it found is written at the end:
 *
 *     looks=N processes=N ours=N         so that a hunt in which nothing came by is seen as that
 *     found KIND times=N first="..."     a line for each kind
 *
 * The exit status is 1 when a kind that --forbid names was found. See usage().
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#define HUNT_UP "/../../../../../../../../../../../.."
#define HUNT_MANY 16
#define HUNT_PIDS 4194304

enum kind {
	KIND_ROOT,      /* the root is none that is allowed */
	KIND_CWD,       /* the working directory leads to the marker */
	KIND_FD,        /* a descriptor leads to the marker, or is of a mount that is not here */
	KIND_NAMESPACE, /* a descriptor of a namespace of the host */
	KIND_PIDFD,     /* a descriptor of a process outside */
	KIND_EXE,       /* the runtime's executable can be read */
	KIND_EXE_WRITE, /* and written */
	KIND_MAP_WRITE, /* a file that the runtime has mapped can be opened for writing */
	KIND_ENVIRON,   /* the host's environment */
	KIND_MAPS,      /* where the runtime has what in its memory */
	KIND_MEM,       /* the runtime's memory can be written */
	KIND_POWER,     /* and the process has capabilities that we have not */
	KIND_COUNT
};

static const char *const kind_names[KIND_COUNT] = { "root", "cwd", "fd", "namespace", "pidfd",
	"exe", "exe-write", "map-write", "environ", "maps", "mem", "power" };

struct identity {
	dev_t device;
	ino_t inode;
};

struct identities {
	struct identity items[HUNT_MANY];
	size_t length;
};

struct words {
	const char *items[HUNT_MANY];
	size_t length;
};

static struct {
	struct identities roots, executables;
	struct words secrets, namespaces;
	const char *marker, *until, *ready;
	double seconds;
	bool forbidden[KIND_COUNT];
	unsigned long long capabilities;
} hunt = { .seconds = 60 };

static struct {
	unsigned long times[KIND_COUNT], looks, processes, ours;
	char first[KIND_COUNT][512];
} found;

static unsigned char seen[HUNT_PIDS / 8], ignored[HUNT_PIDS / 8];
static int mounts[4096];
static size_t mounts_length;

static bool bit_is_set(const unsigned char *bits, long n)
{
	return n >= 0 && n < HUNT_PIDS && (bits[n / 8] & (1U << (n % 8)));
}

static void bit_set(unsigned char *bits, long n)
{
	if (n >= 0 && n < HUNT_PIDS)
		bits[n / 8] |= (unsigned char)(1U << (n % 8));
}

__attribute__((format(printf, 2, 3))) static void find(enum kind kind, const char *format, ...)
{
	va_list args;

	if (found.times[kind]++ > 0)
		return;
	va_start(args, format);
	vsnprintf(found.first[kind], sizeof(found.first[kind]), format, args);
	va_end(args);
}

static bool identities_have(const struct identities *all, const struct stat *st)
{
	for (size_t i = 0; i < all->length; i++)
		if (all->items[i].device == st->st_dev && all->items[i].inode == st->st_ino)
			return true;
	return false;
}

/* As much of a file as fits; a NUL behind it. -1: it can not be read. */
static ssize_t read_text(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t used = 0, got = 0;

	if (fd < 0)
		return -1;
	while ((size_t)used < size - 1 &&
		(got = read(fd, text + used, size - 1 - (size_t)used)) > 0)
		used += got;
	close(fd);
	text[used] = '\0';
	return got < 0 && used == 0 ? -1 : used;
}

/* The ids of the mounts that are here; a descriptor of another is none that was opened here. */
static void learn_mounts(const char *path)
{
	static char text[1 << 18];

	if (read_text(path, text, sizeof(text)) < 0)
		return;
	for (char *line = text; line && *line; line = strchr(line, '\n')) {
		if (*line == '\n')
			line++;
		if (isdigit((unsigned char)*line) &&
			mounts_length < sizeof(mounts) / sizeof(mounts[0]))
			mounts[mounts_length++] = atoi(line);
		if (!*line)
			break;
	}
}

static bool mount_is_known(int id)
{
	for (size_t i = 0; i < mounts_length; i++)
		if (mounts[i] == id)
			return true;
	return false;
}

static bool reaches_marker(const char *directory)
{
	char path[4096];
	int fd;

	if (!hunt.marker)
		return false;
	snprintf(path, sizeof(path), "%s" HUNT_UP "%s", directory, hunt.marker);
	found.looks++;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	close(fd);
	return true;
}

/* 1: of the runtime's program, 0: not, -1: we may not know. */
static int look_at_exe(long pid, char *name, size_t size)
{
	char path[64];
	struct stat st;
	ssize_t length;

	snprintf(path, sizeof(path), "/proc/%ld/exe", pid);
	found.looks++;
	length = readlink(path, name, size - 1);
	name[length > 0 ? length : 0] = '\0';
	if (stat(path, &st) < 0)
		return -1;
	return identities_have(&hunt.executables, &st) || strstr(name, "elsewhen") ? 1 : 0;
}

/*
 * An empty directory that ".." does not leave: a process with such a root has nothing to give. It may also have
 * ended by now, and then it has no root.
 */
static int leads_nowhere(const char *root)
{
	char up[96];
	struct stat below, above;
	DIR *directory = opendir(root);
	int names = 0;

	snprintf(up, sizeof(up), "%s/..", root);
	if (!directory || stat(root, &below) < 0 || stat(up, &above) < 0) {
		if (directory)
			closedir(directory);
		return 1;
	}
	while (readdir(directory))
		names++;
	closedir(directory);
	return names == 2 && below.st_dev == above.st_dev && below.st_ino == above.st_ino;
}

static void look_at_root(long pid)
{
	char path[64], marker[4096];
	struct stat st;
	int fd;

	snprintf(path, sizeof(path), "/proc/%ld/root", pid);
	found.looks++;
	if (stat(path, &st) < 0)
		return;
	snprintf(marker, sizeof(marker), "%s%s", path, hunt.marker ? hunt.marker : "/.");
	fd = hunt.marker ? open(marker, O_RDONLY | O_CLOEXEC) : -1;
	if (fd >= 0) {
		find(KIND_ROOT, "opened %s", marker);
		close(fd);
	} else if (!identities_have(&hunt.roots, &st) && !leads_nowhere(path)) {
		find(KIND_ROOT, "%s is %u:%u inode %lu", path, major(st.st_dev), minor(st.st_dev),
			(unsigned long)st.st_ino);
	}
}

static void look_at_cwd(long pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%ld/cwd", pid);
	if (reaches_marker(path))
		find(KIND_CWD, "opened " HUNT_UP "%s below %s", hunt.marker, path);
}

/* What fdinfo says: mnt_id of all, Pid of a pidfd. `missing` where it does not. */
static int fdinfo_number(const char *info, const char *name, int missing)
{
	const char *at = strstr(info, name);

	return at ? atoi(at + strlen(name)) : missing;
}

static void look_at_descriptor(long pid, const char *name)
{
	char path[384], target[1024], info[4096];
	struct stat st;
	ssize_t length;

	snprintf(path, sizeof(path), "/proc/%ld/fd/%s", pid, name);
	found.looks++;
	length = readlink(path, target, sizeof(target) - 1);
	if (length < 0 || stat(path, &st) < 0)
		return;
	target[length] = '\0';
	if (S_ISDIR(st.st_mode) && reaches_marker(path)) {
		find(KIND_FD, "opened %s through %s (%s)", hunt.marker, path, target);
		return;
	}
	for (size_t i = 0; i < hunt.namespaces.length; i++)
		if (strcmp(target, hunt.namespaces.items[i]) == 0)
			find(KIND_NAMESPACE, "%s is %s", path, target);
	snprintf(path, sizeof(path), "/proc/%ld/fdinfo/%s", pid, name);
	if (read_text(path, info, sizeof(info)) <= 0)
		return;
	if (strstr(target, "[pidfd]") && fdinfo_number(info, "Pid:", 1) <= 0)
		find(KIND_PIDFD, "/proc/%ld/fd/%s is a pidfd of a process outside", pid, name);
	/* Standard input, output and error are given to the program, wherever they come from. */
	if (target[0] != '/' || strncmp(target, "/memfd:", 7) == 0 || atoi(name) <= 2 ||
		!(S_ISDIR(st.st_mode) || S_ISREG(st.st_mode) || S_ISBLK(st.st_mode)))
		return;
	if (!mount_is_known(fdinfo_number(info, "mnt_id:", 0))) {
		snprintf(path, sizeof(path), "/proc/%ld/root", pid);
		if (stat(path, &st) < 0 || !identities_have(&hunt.roots, &st))
			return;
		snprintf(path, sizeof(path), "/proc/%ld/mountinfo", pid);
		learn_mounts(path);
		if (!mount_is_known(fdinfo_number(info, "mnt_id:", 0)))
			find(KIND_FD, "/proc/%ld/fd/%s is %s of a mount that is not here", pid,
				name, target);
	}
}

static void look_into(long pid, const char *what, void (*look)(long pid, const char *name))
{
	char path[64];
	struct dirent *entry;
	DIR *directory;

	snprintf(path, sizeof(path), "/proc/%ld/%s", pid, what);
	found.looks++;
	directory = opendir(path);
	if (!directory)
		return;
	while ((entry = readdir(directory)))
		if (entry->d_name[0] != '.')
			look(pid, entry->d_name);
	closedir(directory);
}

static bool opens(const char *path, int flags)
{
	int fd;

	found.looks++;
	fd = open(path, flags | O_CLOEXEC);
	if (fd < 0)
		return false;
	close(fd);
	return true;
}

static void look_at_map(long pid, const char *name)
{
	char path[384], target[1024];
	ssize_t length;

	snprintf(path, sizeof(path), "/proc/%ld/map_files/%s", pid, name);
	length = readlink(path, target, sizeof(target) - 1);
	if (length < 0 || !opens(path, O_RDWR))
		return;
	target[length] = '\0';
	find(KIND_MAP_WRITE, "%s (%s) opened for writing", path, target);
}

static void look_at_environment(long pid)
{
	static char text[1 << 16];
	char path[64];
	ssize_t length;

	snprintf(path, sizeof(path), "/proc/%ld/environ", pid);
	found.looks++;
	length = read_text(path, text, sizeof(text));
	for (size_t i = 0; length > 0 && i < hunt.secrets.length; i++)
		if (memmem(text, (size_t)length, hunt.secrets.items[i],
			    strlen(hunt.secrets.items[i])))
			find(KIND_ENVIRON, "%s has %s", path, hunt.secrets.items[i]);
}

static unsigned long long capabilities_of(const char *path)
{
	char text[8192];
	const char *at;

	if (read_text(path, text, sizeof(text)) <= 0)
		return 0;
	at = strstr(text, "CapEff:");
	return at ? strtoull(at + strlen("CapEff:"), NULL, 16) : 0;
}

static void look_at_memory(long pid)
{
	char path[64], status[64];
	unsigned long long more;

	snprintf(path, sizeof(path), "/proc/%ld/mem", pid);
	if (!opens(path, O_RDWR))
		return;
	find(KIND_MEM, "%s opened for writing", path);
	snprintf(status, sizeof(status), "/proc/%ld/status", pid);
	more = capabilities_of(status) & ~hunt.capabilities;
	if (more)
		find(KIND_POWER, "%s opened for writing, and the process has %llx more", path,
			more);
}

/*
 * For writing, the runtime's own: by the time of the open the process may have become a program of the container, and
 * have ended, which leaves that one open to be written.
 */
static int opens_executable(const char *path)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), is_ours;
	struct stat st;

	found.looks++;
	if (fd < 0)
		return 0;
	is_ours = fstat(fd, &st) < 0 || identities_have(&hunt.executables, &st);
	close(fd);
	return is_ours;
}

static void look_at_ours(long pid, const char *exe)
{
	char path[64], text[64];

	snprintf(path, sizeof(path), "/proc/%ld/exe", pid);
	if (opens(path, O_RDONLY))
		find(KIND_EXE, "%s (%s) opened", path, exe);
	if (opens_executable(path))
		find(KIND_EXE_WRITE, "%s (%s) opened for writing", path, exe);
	look_into(pid, "map_files", look_at_map);
	snprintf(path, sizeof(path), "/proc/%ld/maps", pid);
	if (read_text(path, text, sizeof(text)) > 0)
		find(KIND_MAPS, "%s read", path);
	look_at_memory(pid);
}

static void look_at_process(long pid)
{
	char exe[1024];

	look_at_root(pid);
	look_at_cwd(pid);
	look_into(pid, "fd", look_at_descriptor);
	look_at_environment(pid);
	if (look_at_exe(pid, exe, sizeof(exe)) == 1) {
		found.ours++;
		look_at_ours(pid, exe);
	}
	if (!bit_is_set(seen, pid)) {
		bit_set(seen, pid);
		found.processes++;
	}
}

static void for_each_process(void (*act)(long pid))
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;

	if (!proc) {
		perror("hunter: /proc");
		exit(2);
	}
	found.looks++;
	while ((entry = readdir(proc))) {
		long pid = strtol(entry->d_name, NULL, 10);

		if (pid > 0 && !bit_is_set(ignored, pid))
			act(pid);
	}
	closedir(proc);
}

static void ignore_process(long pid)
{
	bit_set(ignored, pid);
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void usage(void)
{
	fputs("usage: hunter [--seconds N] [--until FILE] [--ready FILE] [--marker PATH] "
	      "[--allow-root DEV:INO]...\n"
	      "              [--exe DEV:INO]... [--secret WORD]... [--host-namespace TYPE:[N]]... "
	      "[--forbid KIND,...]\n"
	      "  --until FILE      hunt until there is FILE\n"
	      "  --ready FILE      make FILE when the hunt begins\n"
	      "  --marker PATH     a file of the host, by its path there\n"
	      "  --allow-root ID   a root that a process may have beside our own (stat -c %d:%i)\n"
	      "  --exe ID          the runtime's executable\n"
	      "  --secret WORD     is in the host's environment\n",
		stderr);
	exit(2);
}

static void add_identity(struct identities *all, const char *text)
{
	unsigned long long device = 0, inode = 0;

	if (all->length == HUNT_MANY || sscanf(text, "%llu:%llu", &device, &inode) != 2)
		usage();
	all->items[all->length++] =
		(struct identity){ .device = (dev_t)device, .inode = (ino_t)inode };
}

static void add_word(struct words *words, const char *word)
{
	if (words->length == HUNT_MANY)
		usage();
	words->items[words->length++] = word;
}

static void forbid(char *list)
{
	for (char *word = strtok(list, ","); word; word = strtok(NULL, ",")) {
		int kind = 0;

		while (kind < KIND_COUNT && strcmp(word, kind_names[kind]) != 0)
			kind++;
		if (kind == KIND_COUNT)
			usage();
		hunt.forbidden[kind] = true;
	}
}

static void take_option(int option)
{
	switch (option) {
	case 's':
		hunt.seconds = atof(optarg);
		break;
	case 'u':
		hunt.until = optarg;
		break;
	case 'r':
		hunt.ready = optarg;
		break;
	case 'm':
		hunt.marker = optarg;
		break;
	case 'a':
		add_identity(&hunt.roots, optarg);
		break;
	case 'e':
		add_identity(&hunt.executables, optarg);
		break;
	case 'w':
		add_word(&hunt.secrets, optarg);
		break;
	case 'n':
		add_word(&hunt.namespaces, optarg);
		break;
	case 'f':
		forbid(optarg);
		break;
	default:
		usage();
	}
}

static void take_options(int argc, char *argv[])
{
	static const struct option options[] = {
		{ "seconds", 1, NULL, 's' },
		{ "until", 1, NULL, 'u' },
		{ "ready", 1, NULL, 'r' },
		{ "marker", 1, NULL, 'm' },
		{ "allow-root", 1, NULL, 'a' },
		{ "exe", 1, NULL, 'e' },
		{ "secret", 1, NULL, 'w' },
		{ "host-namespace", 1, NULL, 'n' },
		{ "forbid", 1, NULL, 'f' },
		{ 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) >= 0)
		take_option(option);
	if (optind != argc)
		usage();
}

static int tell(void)
{
	int status = 0;

	printf("looks=%lu processes=%lu ours=%lu\n", found.looks, found.processes, found.ours);
	for (int kind = 0; kind < KIND_COUNT; kind++) {
		if (found.times[kind] == 0)
			continue;
		printf("found %s times=%lu first=\"%s\"%s\n", kind_names[kind], found.times[kind],
			found.first[kind], hunt.forbidden[kind] ? " FORBIDDEN" : "");
		if (hunt.forbidden[kind])
			status = 1;
	}
	puts("over");
	return status;
}

int main(int argc, char *argv[])
{
	struct stat st;
	double end;

	take_options(argc, argv);
	if (stat("/", &st) == 0 && hunt.roots.length < HUNT_MANY)
		hunt.roots.items[hunt.roots.length++] =
			(struct identity){ .device = st.st_dev, .inode = st.st_ino };
	hunt.capabilities = capabilities_of("/proc/self/status");
	learn_mounts("/proc/self/mountinfo");
	/* Who is here already is the container's own. */
	for_each_process(ignore_process);
	if (hunt.ready && close(open(hunt.ready, O_WRONLY | O_CREAT | O_CLOEXEC, 0644)) < 0) {
		perror("hunter: --ready");
		return 2;
	}
	end = now() + hunt.seconds;
	for (unsigned long round = 0; now() < end; round++) {
		for_each_process(look_at_process);
		if (round % 64 == 0 && hunt.until && access(hunt.until, F_OK) == 0)
			break;
	}
	return tell();
}
