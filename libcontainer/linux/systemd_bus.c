/* SPDX-License-Identifier: Apache-2.0 */
#include "linux/systemd_bus.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#ifdef HAVE_SYSTEMD

#include <dlfcn.h>
#include <systemd/sd-bus.h>
#include <time.h>

#include "base/text.h"

#define SERVICE "org.freedesktop.systemd1"
#define OBJECT "/org/freedesktop/systemd1"
#define MANAGER SERVICE ".Manager"
#define JOB_SECONDS 30

#define SD_BUS_FUNCTIONS(f)                \
	f(sd_bus_call);                    \
	f(sd_bus_close);                   \
	f(sd_bus_error_free);              \
	f(sd_bus_error_has_name);          \
	f(sd_bus_get_property_string);     \
	f(sd_bus_match_signal);            \
	f(sd_bus_message_append);          \
	f(sd_bus_message_append_array);    \
	f(sd_bus_message_append_strv);     \
	f(sd_bus_message_close_container); \
	f(sd_bus_message_new_method_call); \
	f(sd_bus_message_open_container);  \
	f(sd_bus_message_read);            \
	f(sd_bus_message_unref);           \
	f(sd_bus_open_system);             \
	f(sd_bus_open_user);               \
	f(sd_bus_process);                 \
	f(sd_bus_slot_unref);              \
	f(sd_bus_unref);                   \
	f(sd_bus_wait)

#define AS_MEMBER(name) __typeof__(name) *name
static struct {
	SD_BUS_FUNCTIONS(AS_MEMBER);
} bus_library;

static int load_function(void *library, const char *name, void *function, struct error *err)
{
	void *found = dlsym(library, name);

	if (!found)
		return error_set(err, ENOTSUP, "libsystemd.so.0 has no %s", name);
	memcpy(function, &found, sizeof(found));
	return 0;
}

static int load(struct error *err)
{
	static void *library;

	if (library)
		return 0;
	library = dlopen("libsystemd.so.0", RTLD_NOW | RTLD_LOCAL);
	if (!library)
		return error_set(err, ENOTSUP, "cannot load libsystemd: %s", dlerror());
#define LOAD(name)                                                       \
	if (load_function(library, #name, &bus_library.name, err) < 0) { \
		library = NULL;                                          \
		return -1;                                               \
	}
	SD_BUS_FUNCTIONS(LOAD)
	return 0;
}

bool systemd_bus_is_built(void)
{
	return true;
}

int systemd_bus_open(bool user, struct sd_bus **bus, struct error *err)
{
	int result;

	*bus = NULL;
	if (load(err) < 0)
		return -1;
	result = user ? bus_library.sd_bus_open_user(bus) : bus_library.sd_bus_open_system(bus);
	if (result < 0)
		return error_errno(err, -result, "no systemd answers on the %s bus",
			user ? "user's" : "system");
	return 0;
}

void systemd_bus_close(struct sd_bus **bus)
{
	if (!*bus)
		return;
	bus_library.sd_bus_close(*bus);
	bus_library.sd_bus_unref(*bus);
	*bus = NULL;
}

static void message_release(sd_bus_message **message)
{
	if (*message)
		(void)bus_library.sd_bus_message_unref(*message);
}
#define cleanup_message __attribute__((cleanup(message_release)))

static void slot_release(sd_bus_slot **slot)
{
	if (*slot)
		(void)bus_library.sd_bus_slot_unref(*slot);
}
#define cleanup_slot __attribute__((cleanup(slot_release)))

static void bus_error_release(sd_bus_error *error)
{
	bus_library.sd_bus_error_free(error);
}
#define cleanup_bus_error __attribute__((cleanup(bus_error_release)))

static int explain(
	const struct systemd_call *call, int result, const sd_bus_error *said, struct error *err)
{
	int code = -result;

	if (bus_library.sd_bus_error_has_name(said, SERVICE ".UnitExists"))
		code = EEXIST;
	if (bus_library.sd_bus_error_has_name(said, SERVICE ".NoSuchUnit"))
		code = ENOENT;
	if (!said->message)
		return error_errno(err, code, "systemd: %s %s", call->method, call->unit);
	return error_set(err, code, "systemd: %s %s: %s", call->method, call->unit, said->message);
}

static const char *const variant_types[] = {
	[SYSTEMD_BOOL] = "b",
	[SYSTEMD_BYTE] = "y",
	[SYSTEMD_I16] = "n",
	[SYSTEMD_U16] = "q",
	[SYSTEMD_I32] = "i",
	[SYSTEMD_U32] = "u",
	[SYSTEMD_I64] = "x",
	[SYSTEMD_U64] = "t",
	[SYSTEMD_DOUBLE] = "d",
	[SYSTEMD_STRING] = "s",
	[SYSTEMD_STRINGS] = "as",
	[SYSTEMD_BYTES] = "ay",
	[SYSTEMD_PIDS] = "au",
	[SYSTEMD_PAIRS] = "a(ss)",
};

static int append_pairs(sd_bus_message *message, char *const *strings)
{
	int result = bus_library.sd_bus_message_open_container(message, 'a', "(ss)");

	for (; result >= 0 && strings && strings[0]; strings += 2)
		result = bus_library.sd_bus_message_append(message, "(ss)", strings[0], strings[1]);
	return result < 0 ? result : bus_library.sd_bus_message_close_container(message);
}

static int append_variant(sd_bus_message *message, const struct systemd_property *property)
{
	const char *type = variant_types[property->type];

	switch (property->type) {
	case SYSTEMD_BOOL:
		return bus_library.sd_bus_message_append(message, type, property->number != 0);
	case SYSTEMD_BYTE:
	case SYSTEMD_I16:
	case SYSTEMD_U16:
	case SYSTEMD_I32:
	case SYSTEMD_U32:
		return bus_library.sd_bus_message_append(message, type, (uint32_t)property->number);
	case SYSTEMD_I64:
	case SYSTEMD_U64:
		return bus_library.sd_bus_message_append(message, type, property->number);
	case SYSTEMD_DOUBLE:
		return bus_library.sd_bus_message_append(message, type, property->real);
	case SYSTEMD_STRING:
		return bus_library.sd_bus_message_append(message, type, property->text);
	case SYSTEMD_STRINGS:
		return bus_library.sd_bus_message_append_strv(message, (char **)property->strings);
	case SYSTEMD_BYTES:
		return bus_library.sd_bus_message_append_array(
			message, 'y', property->bytes, (size_t)property->number);
	case SYSTEMD_PIDS:
		return bus_library.sd_bus_message_append(
			message, type, 1, (uint32_t)property->number);
	case SYSTEMD_PAIRS:
		return append_pairs(message, property->strings);
	}
	return -EINVAL;
}

static int append_property(sd_bus_message *message, const struct systemd_property *property)
{
	int result = bus_library.sd_bus_message_open_container(message, 'r', "sv");

	if (result >= 0)
		result = bus_library.sd_bus_message_append(message, "s", property->name);
	if (result >= 0)
		result = bus_library.sd_bus_message_open_container(
			message, 'v', variant_types[property->type]);
	if (result >= 0)
		result = append_variant(message, property);
	if (result >= 0)
		result = bus_library.sd_bus_message_close_container(message);
	if (result >= 0)
		result = bus_library.sd_bus_message_close_container(message);
	return result;
}

static int append_properties(sd_bus_message *message, const struct systemd_call *call)
{
	int result;

	/* Not kept beyond the next boot: what is a container's ends with it. */
	if (!call->mode) {
		result = bus_library.sd_bus_message_append(message, "b", 1);
		if (result < 0)
			return result;
	}
	result = bus_library.sd_bus_message_open_container(message, 'a', "(sv)");
	for (size_t i = 0; result >= 0 && i < call->properties_length; i++)
		result = append_property(message, &call->properties[i]);
	if (result >= 0)
		result = bus_library.sd_bus_message_close_container(message);
	/* StartTransientUnit takes other units along. */
	if (result >= 0 && call->mode)
		result = bus_library.sd_bus_message_append(message, "a(sa(sv))", 0);
	return result;
}

static int make_message(
	struct sd_bus *bus, const struct systemd_call *call, sd_bus_message **message)
{
	int result = bus_library.sd_bus_message_new_method_call(
		bus, message, SERVICE, OBJECT, MANAGER, call->method);

	if (result >= 0)
		result = bus_library.sd_bus_message_append(*message, "s", call->unit);
	if (result >= 0 && call->mode)
		result = bus_library.sd_bus_message_append(*message, "s", call->mode);
	if (result >= 0 && call->properties)
		result = append_properties(*message, call);
	return result;
}

struct job {
	const char *path; /* NULL: not known yet */
	bool ended;
	char result[32];
};

static int on_job_removed(sd_bus_message *message, void *context, sd_bus_error *error)
{
	const char *path, *unit, *result;
	struct job *job = context;
	uint32_t id;

	(void)error;
	if (bus_library.sd_bus_message_read(message, "uoss", &id, &path, &unit, &result) < 0)
		return 0;
	if (text_equal(path, job->path)) {
		job->ended = true;
		strncpy(job->result, result, sizeof(job->result) - 1);
	}
	return 0;
}

static uint64_t now_microseconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* Signals that came before the reply are still queued: none is lost. */
static int job_wait(
	struct sd_bus *bus, struct job *job, const struct systemd_call *call, struct error *err)
{
	uint64_t deadline = now_microseconds() + JOB_SECONDS * 1000000ULL;

	while (!job->ended) {
		int result = bus_library.sd_bus_process(bus, NULL);
		uint64_t now = now_microseconds();

		if (result == 0 && now < deadline)
			result = bus_library.sd_bus_wait(bus, deadline - now);
		if (result < 0 && result != -EINTR)
			return error_errno(
				err, -result, "systemd: %s %s", call->method, call->unit);
		if (now >= deadline)
			return error_set(err, ETIMEDOUT, "systemd: %s %s: not done after %d s",
				call->method, call->unit, JOB_SECONDS);
	}
	if (strcmp(job->result, "done") != 0)
		return error_set(err, EIO, "systemd: %s %s: the job's result is \"%s\"",
			call->method, call->unit, job->result);
	return 0;
}

static int job_listen(struct sd_bus *bus, struct job *job, sd_bus_slot **slot, struct error *err)
{
	int result = bus_library.sd_bus_match_signal(
		bus, slot, SERVICE, OBJECT, MANAGER, "JobRemoved", on_job_removed, job);

	return result < 0 ? error_errno(err, -result, "systemd: listen for the end of jobs") : 0;
}

int systemd_bus_call(struct sd_bus *bus, const struct systemd_call *call, struct error *err)
{
	cleanup_message sd_bus_message *message = NULL, *reply = NULL;
	cleanup_bus_error sd_bus_error said = SD_BUS_ERROR_NULL;
	struct job job = { 0 };
	/* Declared last, released first: the callback does not outlive the job. */
	cleanup_slot sd_bus_slot *slot = NULL;
	int result;

	if (call->waits && job_listen(bus, &job, &slot, err) < 0)
		return -1;
	result = make_message(bus, call, &message);
	if (result >= 0)
		result = bus_library.sd_bus_call(bus, message, 0, &said, &reply);
	if (result >= 0 && call->waits)
		result = bus_library.sd_bus_message_read(reply, "o", &job.path);
	if (result < 0)
		return explain(call, result, &said, err);
	return call->waits ? job_wait(bus, &job, call, err) : 0;
}

int systemd_bus_control_group(struct sd_bus *bus, char **path, struct error *err)
{
	cleanup_bus_error sd_bus_error said = SD_BUS_ERROR_NULL;
	int result = bus_library.sd_bus_get_property_string(
		bus, SERVICE, OBJECT, MANAGER, "ControlGroup", &said, path);

	if (result < 0)
		return error_errno(err, -result, "systemd: ask for its cgroup");
	if (strcmp(*path, "/") == 0)
		**path = '\0';
	return 0;
}

#else

bool systemd_bus_is_built(void)
{
	return false;
}

int systemd_bus_open(bool user, struct sd_bus **bus, struct error *err)
{
	(void)user;
	*bus = NULL;
	return error_set(err, ENOTSUP, "this build has no systemd cgroup driver");
}

void systemd_bus_close(struct sd_bus **bus)
{
	*bus = NULL;
}

int systemd_bus_call(struct sd_bus *bus, const struct systemd_call *call, struct error *err)
{
	(void)bus;
	(void)call;
	return error_set(err, ENOTSUP, "this build has no systemd cgroup driver");
}

int systemd_bus_control_group(struct sd_bus *bus, char **path, struct error *err)
{
	(void)bus;
	*path = NULL;
	return error_set(err, ENOTSUP, "this build has no systemd cgroup driver");
}

#endif
