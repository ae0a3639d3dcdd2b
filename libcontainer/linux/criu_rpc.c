/* SPDX-License-Identifier: Apache-2.0 */
/* The field numbers are those of CRIU's rpc.proto, of which 3.17 has all that are used here. */
#include "linux/criu_rpc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/fatal.h"
#include "linux/protobuf.h"

#define REQUEST_TYPE 1
#define REQUEST_OPTIONS 2
#define REQUEST_NOTIFY_SUCCESS 3
#define REQUEST_FEATURES 5

#define FEATURES_MEM_TRACK 1
#define FEATURES_LAZY_PAGES 2

#define CRIU_LOG_LEVEL 4 /* all that it has to say: the log is read when something fails */

static void *criu_grow(void *items, size_t length, size_t size)
{
	void *grown = realloc(items, (length + 1) * size);

	if (!grown)
		fatal_out_of_memory();
	return grown;
}

static char *criu_copy(const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		fatal_out_of_memory();
	return copy;
}

void criu_pairs_add(struct criu_pairs *pairs, const char *key, const char *value)
{
	pairs->items = criu_grow(pairs->items, pairs->length, sizeof(*pairs->items));
	pairs->items[pairs->length++] = (struct criu_pair){
		.key = criu_copy(key),
		.value = criu_copy(value),
	};
}

void criu_pairs_free(struct criu_pairs *pairs)
{
	for (size_t i = 0; i < pairs->length; i++) {
		free(pairs->items[i].key);
		free(pairs->items[i].value);
	}
	free(pairs->items);
	*pairs = (struct criu_pairs){ 0 };
}

void criu_inheritance_add(struct criu_inheritance *list, const char *key, int fd)
{
	list->items = criu_grow(list->items, list->length, sizeof(*list->items));
	list->items[list->length++] = (struct criu_inherited){ .key = criu_copy(key), .fd = fd };
}

void criu_inheritance_free(struct criu_inheritance *list)
{
	for (size_t i = 0; i < list->length; i++)
		free(list->items[i].key);
	free(list->items);
	*list = (struct criu_inheritance){ 0 };
}

void criu_options_free(struct criu_options *options)
{
	criu_pairs_free(&options->mounts);
	criu_pairs_free(&options->cgroup_roots);
	criu_pairs_free(&options->join_namespaces);
	criu_inheritance_free(&options->inherited);
	strv_free(&options->external);
}

static void criu_add_pairs(struct text *message, uint32_t field, const struct criu_pairs *pairs)
{
	for (size_t i = 0; i < pairs->length; i++) {
		cleanup_text struct text pair = { 0 };

		protobuf_add_string(&pair, 1, pairs->items[i].key);
		protobuf_add_string(&pair, 2, pairs->items[i].value);
		protobuf_add_message(message, field, &pair);
	}
}

static void criu_add_inheritance(struct text *message, const struct criu_inheritance *list)
{
	for (size_t i = 0; i < list->length; i++) {
		cleanup_text struct text entry = { 0 };

		protobuf_add_string(&entry, 1, list->items[i].key);
		protobuf_add_varint(&entry, 2, (uint64_t)list->items[i].fd);
		protobuf_add_message(message, 27, &entry);
	}
}

static void criu_add_page_server(struct text *message, const struct criu_options *options)
{
	cleanup_text struct text server = { 0 };

	if (!options->page_server_address)
		return;
	protobuf_add_string(&server, 1, options->page_server_address);
	protobuf_add_varint(&server, 2, (uint64_t)options->page_server_port);
	protobuf_add_message(message, 11, &server);
}

static void criu_add_flags(struct text *message, const struct criu_options *options)
{
	const struct {
		uint32_t field;
		bool value;
	} flags[] = {
		{ 3, options->leave_running },
		{ 4, options->ext_unix_sk },
		{ 5, options->tcp_established },
		{ 6, options->evasive_devices },
		{ 7, options->shell_job },
		{ 8, options->file_locks },
		{ 12, true }, /* notifications */
		{ 15, options->track_mem },
		{ 16, options->auto_dedup },
		{ 18, options->link_remap },
		{ 24, true }, /* cgroups: as their mode says */
		{ 26, options->rst_sibling },
		{ 29, options->ext_sharing },
		{ 30, options->ext_masters },
		{ 46, options->tcp_skip_in_flight },
		{ 48, options->lazy_pages },
		{ 50, options->orphan_pts_master },
		{ 52, options->tcp_close },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(flags); i++)
		if (flags[i].value)
			protobuf_add_varint(message, flags[i].field, 1);
}

static void criu_add_strings(struct text *message, const struct criu_options *options)
{
	const struct {
		uint32_t field;
		const char *value;
	} strings[] = {
		{ 10, options->log_file },
		{ 13, options->root },
		{ 14, options->parent },
		{ 44, options->freeze_cgroup },
		{ 51, options->config_file },
		{ 53, options->lsm_profile },
		{ 63, options->lsm_mount_context },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(strings); i++)
		if (strings[i].value)
			protobuf_add_string(message, strings[i].field, strings[i].value);
	for (size_t i = 0; i < options->external.length; i++)
		protobuf_add_string(message, 37, options->external.items[i]);
}

static void criu_add_options(struct text *message, const struct criu_options *options)
{
	protobuf_add_varint(message, 1, (uint64_t)options->images_directory);
	if (options->pid)
		protobuf_add_varint(message, 2, (uint64_t)options->pid);
	protobuf_add_varint(message, 9, CRIU_LOG_LEVEL);
	if (options->work_directory >= 0)
		protobuf_add_varint(message, 17, (uint64_t)options->work_directory);
	protobuf_add_varint(message, 34, options->cgroup_mode);
	if (options->empty_namespaces)
		protobuf_add_varint(message, 38, options->empty_namespaces);
	if (options->network_lock != CRIU_NETWORK_LOCK_DEFAULT)
		protobuf_add_varint(message, 64, options->network_lock);
	criu_add_flags(message, options);
	criu_add_strings(message, options);
	criu_add_page_server(message, options);
	criu_add_pairs(message, 23, &options->mounts);
	criu_add_pairs(message, 25, &options->cgroup_roots);
	criu_add_pairs(message, 39, &options->join_namespaces);
	criu_add_inheritance(message, &options->inherited);
}

void criu_rpc_add_request(struct text *message, enum criu_request_type type,
	const struct criu_options *options, const struct criu_features *features)
{
	protobuf_add_varint(message, REQUEST_TYPE, type);
	if (options) {
		cleanup_text struct text part = { 0 };

		criu_add_options(&part, options);
		protobuf_add_message(message, REQUEST_OPTIONS, &part);
	}
	if (features) {
		cleanup_text struct text part = { 0 };

		protobuf_add_varint(&part, FEATURES_MEM_TRACK, features->mem_track);
		protobuf_add_varint(&part, FEATURES_LAZY_PAGES, features->lazy_pages);
		protobuf_add_message(message, REQUEST_FEATURES, &part);
	}
}

void criu_rpc_add_acknowledgement(struct text *message, bool success)
{
	protobuf_add_varint(message, REQUEST_TYPE, CRIU_NOTIFY);
	protobuf_add_varint(message, REQUEST_NOTIFY_SUCCESS, success);
}

static void criu_take_string(const struct protobuf_field *field, char **string)
{
	free(*string);
	*string = protobuf_string(field);
}

/* restore { 1: pid } and notify { 1: script, 2: pid } */
static int criu_parse_pid(
	struct protobuf_reader reader, uint32_t number, struct criu_response *response)
{
	struct protobuf_field field;
	int result;

	while ((result = protobuf_next(&reader, &field)) > 0) {
		if (protobuf_is(&field, number, PROTOBUF_VARINT))
			response->pid = (pid_t)field.value;
		else if (number == 2 && protobuf_is(&field, 1, PROTOBUF_BYTES))
			criu_take_string(&field, &response->notification);
	}
	return result;
}

static int criu_parse_features(struct protobuf_reader reader, struct criu_features *features)
{
	struct protobuf_field field;
	int result;

	while ((result = protobuf_next(&reader, &field)) > 0) {
		if (protobuf_is(&field, FEATURES_MEM_TRACK, PROTOBUF_VARINT))
			features->mem_track = field.value != 0;
		else if (protobuf_is(&field, FEATURES_LAZY_PAGES, PROTOBUF_VARINT))
			features->lazy_pages = field.value != 0;
	}
	return result;
}

static int criu_parse_version(struct protobuf_reader reader, int *version)
{
	static const int weights[] = { [1] = 10000, [2] = 100, [4] = 1 };
	struct protobuf_field field;
	int result;

	*version = 0;
	while ((result = protobuf_next(&reader, &field)) > 0)
		if (field.type == PROTOBUF_VARINT && field.number < ARRAY_LENGTH(weights) &&
			field.value < 100)
			*version += (int)field.value * weights[field.number];
	return result;
}

static int criu_parse_part(const struct protobuf_field *field, struct criu_response *response)
{
	switch (field->number) {
	case 4:
		return criu_parse_pid(field->bytes, 1, response);
	case 5:
		return criu_parse_pid(field->bytes, 2, response);
	case 8:
		return criu_parse_features(field->bytes, &response->features);
	case 9:
		criu_take_string(field, &response->message);
		return 0;
	case 10:
		return criu_parse_version(field->bytes, &response->version);
	default:
		return 0;
	}
}

int criu_rpc_parse_response(const void *bytes, size_t length, struct criu_response *response)
{
	struct protobuf_reader reader = protobuf_read(bytes, length);
	struct protobuf_field field;
	int result;

	*response = (struct criu_response){ 0 };
	while ((result = protobuf_next(&reader, &field)) > 0) {
		if (field.type == PROTOBUF_BYTES)
			result = criu_parse_part(&field, response);
		else if (protobuf_is(&field, 1, PROTOBUF_VARINT))
			response->type = (uint32_t)field.value;
		else if (protobuf_is(&field, 2, PROTOBUF_VARINT))
			response->success = field.value != 0;
		else if (protobuf_is(&field, 7, PROTOBUF_VARINT))
			response->code = (int)field.value;
		if (result < 0)
			break;
	}
	if (result < 0)
		criu_response_free(response);
	return result < 0 ? -EBADMSG : 0;
}

void criu_response_free(struct criu_response *response)
{
	free(response->message);
	free(response->notification);
	*response = (struct criu_response){ 0 };
}
