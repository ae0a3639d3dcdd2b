/* SPDX-License-Identifier: Apache-2.0 */
#include "container/filter_cache.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <seccomp.h>

#include "base/cleanup.h"
#include "base/io.h"

#define FILTER_CACHE_SLOTS 64
#define FILTER_CACHE_FORMAT 2
#define FILTER_CACHE_SIZE_MAX ((size_t)1024 * 1024)

/* Then come the key and the instructions. */
struct filter_cache_header {
	uint32_t format, flags, notifies, key_size, program_size, unused;
	uint64_t checksum; /* of both: a machine that lost its power may leave half a file */
};

/* FNV-1a: to spread names over slots and to see a torn file, never to tell one profile from
 * another. */
static uint64_t filter_cache_hash(uint64_t hash, const void *bytes, size_t length)
{
	const unsigned char *next = bytes;

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ next[i]) * UINT64_C(1099511628211);
	return hash;
}

#define FILTER_CACHE_HASH_SEED UINT64_C(14695981039346656037)

static void filter_cache_add_words(struct text *key, const char *const *words, size_t length)
{
	text_printf(key, "%zu:", length);
	/* With its length a name cannot hold what looks like the rest of another profile. */
	for (size_t i = 0; i < length; i++)
		text_printf(key, "%zu %s,", strlen(words[i]), words[i]);
}

static void filter_cache_add_rule(struct text *key, const struct seccomp_rule *rule)
{
	filter_cache_add_words(key, rule->names, rule->names_length);
	text_printf(key, "%s/%u/%zu;", rule->action, rule->errno_ret, rule->conditions_length);
	for (size_t i = 0; i < rule->conditions_length; i++) {
		const struct seccomp_condition *condition = &rule->conditions[i];

		text_printf(key, "%u %s %llu %llu;", condition->index, condition->op,
			(unsigned long long)condition->value,
			(unsigned long long)condition->value_two);
	}
}

void filter_cache_key(const struct seccomp_profile *profile, struct text *key)
{
	const struct scmp_version *version = seccomp_version();

	/* Another libseccomp may know more names; another machine has other numbers for them. */
	text_printf(key, "%u %u.%u.%u %x;", FILTER_CACHE_FORMAT, version->major, version->minor,
		version->micro, seccomp_arch_native());
	text_printf(key, "%s/%u;", profile->default_action, profile->default_errno_ret);
	filter_cache_add_words(key, profile->architectures, profile->architectures_length);
	filter_cache_add_words(key, profile->flags, profile->flags_length);
	for (size_t i = 0; i < profile->rules_length; i++)
		filter_cache_add_rule(key, &profile->rules[i]);
}

static int filter_cache_open(const char *root)
{
	cleanup_text struct text path = { 0 };
	struct stat st;
	int fd;

	text_printf(&path, "%s/%s", root, FILTER_CACHE_DIRECTORY);
	fd = open(path.data, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT && mkdir(path.data, 0700) == 0)
		fd = open(path.data, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	/* Whoever can write here decides what containers may do: nobody but the caller. */
	if (fd >= 0 && (fstat(fd, &st) < 0 || st.st_uid != geteuid() || (st.st_mode & 0022)))
		cleanup_fd(&fd);
	return fd;
}

static void filter_cache_name(const struct text *key, char name[16])
{
	uint64_t hash = filter_cache_hash(FILTER_CACHE_HASH_SEED, key->data, key->length);

	snprintf(name, 16, "%u", (unsigned int)(hash % FILTER_CACHE_SLOTS));
}

static uint64_t filter_cache_checksum(
	const void *key, size_t key_size, const void *program, size_t program_size)
{
	uint64_t hash = filter_cache_hash(FILTER_CACHE_HASH_SEED, key, key_size);

	return filter_cache_hash(hash, program, program_size);
}

static bool filter_cache_matches(const char *data, size_t length, const struct text *key)
{
	const struct filter_cache_header *header = (const void *)data;
	const char *kept_key = data + sizeof(*header);

	if (length < sizeof(*header) || header->format != FILTER_CACHE_FORMAT ||
		header->key_size != key->length ||
		length != sizeof(*header) + header->key_size + (size_t)header->program_size)
		return false;
	return memcmp(kept_key, key->data, key->length) == 0 &&
	       header->checksum == filter_cache_checksum(kept_key, header->key_size,
					   kept_key + header->key_size, header->program_size);
}

bool filter_cache_find(const char *root, const struct text *key, struct seccomp_program *program)
{
	cleanup_close int directory = filter_cache_open(root);
	cleanup_free char *data = NULL;
	struct filter_cache_header header;
	char name[16];
	ssize_t length;

	if (directory < 0)
		return false;
	filter_cache_name(key, name);
	length = io_read_file(directory, name, &data, FILTER_CACHE_SIZE_MAX);
	if (length < 0 || !filter_cache_matches(data, (size_t)length, key))
		return false;
	memcpy(&header, data, sizeof(header));
	*program = (struct seccomp_program){
		.instructions = malloc(header.program_size + 1),
		.size = header.program_size,
		.flags = header.flags,
		.notifies = header.notifies,
	};
	if (!program->instructions)
		return false;
	memcpy(program->instructions, data + sizeof(header) + header.key_size, header.program_size);
	return true;
}

void filter_cache_keep(
	const char *root, const struct text *key, const struct seccomp_program *program)
{
	cleanup_close int directory = filter_cache_open(root);
	cleanup_text struct text file = { 0 };
	struct filter_cache_header header = {
		.format = FILTER_CACHE_FORMAT,
		.flags = program->flags,
		.notifies = program->notifies,
		.key_size = (uint32_t)key->length,
		.program_size = (uint32_t)program->size,
		.checksum = filter_cache_checksum(
			key->data, key->length, program->instructions, program->size),
	};
	char name[16];

	if (directory < 0 || key->length > FILTER_CACHE_SIZE_MAX / 2)
		return;
	filter_cache_name(key, name);
	text_add_bytes(&file, &header, sizeof(header));
	text_add_bytes(&file, key->data, key->length);
	text_add_bytes(&file, program->instructions, program->size);
	(void)io_replace_file(directory, name, 0600, file.data, file.length);
}
