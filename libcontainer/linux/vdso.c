/* SPDX-License-Identifier: Apache-2.0 */
/* The vDSO, as an ELF image that the kernel has mapped already. */
#include "linux/vdso.h"

#include <elf.h>
#include <errno.h>
#include <link.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef __NR_clock_gettime64
#define VDSO_CLOCK_GETTIME __NR_clock_gettime64
#else
#define VDSO_CLOCK_GETTIME __NR_clock_gettime
#endif

#define VDSO_NANOSECONDS_PER_SECOND 1000000000

typedef ElfW(Ehdr) vdso_header;
typedef ElfW(Phdr) vdso_segment;
typedef ElfW(Dyn) vdso_dynamic;
typedef ElfW(Sym) vdso_symbol;

/* What the dynamic section points to, moved to where the image is. */
struct vdso_image {
	uintptr_t bias;
	const vdso_symbol *symbols;
	const char *strings;
	const uint32_t *hash;
	const uint32_t *gnu_hash;
};

/* Addresses in a vDSO are relative to its first segment, whose place is not always 0. */
static const vdso_dynamic *vdso_find_dynamic(uintptr_t base, uintptr_t *bias)
{
	const vdso_header *header = (const void *)base;
	const vdso_segment *segments = (const void *)(base + header->e_phoff);
	const vdso_dynamic *dynamic = NULL;
	bool loaded = false;

	for (int i = 0; i < header->e_phnum; i++) {
		if (segments[i].p_type == PT_LOAD && !loaded) {
			*bias = base + segments[i].p_offset - segments[i].p_vaddr;
			loaded = true;
		} else if (segments[i].p_type == PT_DYNAMIC) {
			dynamic = (const void *)(base + segments[i].p_offset);
		}
	}
	return loaded ? dynamic : NULL;
}

static bool vdso_open(struct vdso_image *image)
{
	uintptr_t base = getauxval(AT_SYSINFO_EHDR);
	const vdso_dynamic *entry;

	*image = (struct vdso_image){ 0 };
	entry = base ? vdso_find_dynamic(base, &image->bias) : NULL;
	for (; entry && entry->d_tag != DT_NULL; entry++) {
		const void *target = (const void *)(image->bias + entry->d_un.d_ptr);

		if (entry->d_tag == DT_SYMTAB)
			image->symbols = target;
		else if (entry->d_tag == DT_STRTAB)
			image->strings = target;
		else if (entry->d_tag == DT_HASH)
			image->hash = target;
		else if (entry->d_tag == DT_GNU_HASH)
			image->gnu_hash = target;
	}
	return image->symbols && image->strings && (image->hash || image->gnu_hash);
}

/* The GNU hash table has no count: the last symbol ends the chain of the bucket that begins last. */
static uint32_t vdso_count_gnu_symbols(const uint32_t *table)
{
	const uint32_t buckets = table[0], first = table[1], bloom = table[2];
	const uint32_t *bucket = table + 4 + bloom * (sizeof(ElfW(Addr)) / sizeof(uint32_t));
	const uint32_t *chain = bucket + buckets;
	uint32_t last = 0;

	for (uint32_t i = 0; i < buckets; i++) {
		if (bucket[i] > last)
			last = bucket[i];
	}
	if (last < first)
		return first;
	while (!(chain[last - first] & 1))
		last++;
	return last + 1;
}

void *vdso_find(const char *name)
{
	struct vdso_image image;
	uint32_t count;

	if (!vdso_open(&image))
		return NULL;
	count = image.hash ? image.hash[1] : vdso_count_gnu_symbols(image.gnu_hash);
	for (uint32_t i = 0; i < count; i++) {
		const vdso_symbol *symbol = &image.symbols[i];

		if (symbol->st_shndx != SHN_UNDEF &&
			strcmp(image.strings + symbol->st_name, name) == 0)
			return (void *)(image.bias + symbol->st_value);
	}
	return NULL;
}

vdso_clock_gettime vdso_find_clock_gettime(void)
{
#ifdef __NR_clock_gettime64
	static const char *const names[] = { "__vdso_clock_gettime64" };
#else
	static const char *const names[] = { "__vdso_clock_gettime", "__kernel_clock_gettime" };
#endif
	void *function = NULL;

	for (size_t i = 0; !function && i < sizeof(names) / sizeof(names[0]); i++)
		function = vdso_find(names[i]);
	/* By way of an integer: ISO C does not turn an object's address into a function's. */
	return (vdso_clock_gettime)(uintptr_t)function;
}

static int64_t vdso_as_nanoseconds(struct vdso_timespec time)
{
	return time.seconds * VDSO_NANOSECONDS_PER_SECOND + time.nanoseconds;
}

int64_t vdso_read_clock(vdso_clock_gettime function, int clock)
{
	struct vdso_timespec now = { 0 };
	int result = function(clock, &now);

	return result < 0 ? result : vdso_as_nanoseconds(now);
}

int64_t vdso_read_clock_by_syscall(int clock)
{
	struct vdso_timespec now = { 0 };

	if (syscall(VDSO_CLOCK_GETTIME, clock, &now) < 0)
		return -errno;
	return vdso_as_nanoseconds(now);
}

bool vdso_find_area(const char *name, struct vdso_area *area)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[512];
	bool found = false;

	while (maps && !found && fgets(line, sizeof(line), maps)) {
		unsigned long long start, end;
		int name_at = 0;

		line[strcspn(line, "\n")] = '\0';
		/* NOLINTNEXTLINE(cert-err34-c): the kernel writes it */
		if (sscanf(line, "%llx-%llx %*s %*s %*s %*s %n", &start, &end, &name_at) != 2 ||
			name_at == 0 || strcmp(line + name_at, name) != 0)
			continue;
		*area = (struct vdso_area){ (uintptr_t)start, (uintptr_t)end };
		found = true;
	}
	if (maps)
		fclose(maps);
	return found;
}

struct vdso_data_head vdso_read_head(const struct vdso_area *area, unsigned int page)
{
	const volatile uint32_t *words =
		(const void *)(area->start + page * (uintptr_t)sysconf(_SC_PAGESIZE));

	return (struct vdso_data_head){ words[0], words[1] };
}
