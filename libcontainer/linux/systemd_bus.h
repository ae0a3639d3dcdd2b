/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Talks to systemd over D-Bus (org.freedesktop.systemd1(5)) by sd-bus (sd-bus(3)). libsystemd is
 * loaded when it is first asked for: to link it would cost every container the time to load it.
 */
#ifndef LINUX_SYSTEMD_BUS_H
#define LINUX_SYSTEMD_BUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct sd_bus;

/* One property of a unit; the type is that of D-Bus. What is pointed to is not owned. */
struct systemd_property {
	const char *name;
	enum systemd_type {
		SYSTEMD_BOOL,    /* b */
		SYSTEMD_BYTE,    /* y */
		SYSTEMD_I16,     /* n; negative numbers are two's complement in `number` */
		SYSTEMD_U16,     /* q */
		SYSTEMD_I32,     /* i */
		SYSTEMD_U32,     /* u */
		SYSTEMD_I64,     /* x */
		SYSTEMD_U64,     /* t */
		SYSTEMD_DOUBLE,  /* d */
		SYSTEMD_STRING,  /* s */
		SYSTEMD_STRINGS, /* as */
		SYSTEMD_BYTES,   /* ay */
		SYSTEMD_PIDS,    /* au, of one pid */
		SYSTEMD_PAIRS,   /* a(ss), of `strings` */
	} type;
	uint64_t number; /* how many they are, of `bytes` */
	double real;
	const char *text;
	char *const *strings; /* NULL-terminated; NULL: none */
	const uint8_t *bytes;
};

struct systemd_call {
	const char *method; /* of org.freedesktop.systemd1.Manager */
	const char *unit;
	const char *mode; /* "fail", "replace"; NULL: the method takes none */
	/* Both of these after the mode: StartTransientUnit and SetUnitProperties alone. */
	const struct systemd_property *properties; /* NULL: the method takes none */
	size_t properties_length;
	bool waits; /* the method makes a job: until that is done */
};

/* Whether this build can, be there a systemd or not. */
bool systemd_bus_is_built(void);

/*
 * Connects to the bus of the system's manager or of the calling user's. Without one: at once an
 * error that says which. Closed by systemd_bus_close.
 */
int systemd_bus_open(bool user, struct sd_bus **bus, struct error *err);
void systemd_bus_close(struct sd_bus **bus);
#define cleanup_systemd_bus __attribute__((cleanup(systemd_bus_close)))

/*
 * 0, or -1 with systemd's own words; err->code is EEXIST for a unit that is there already, ENOENT
 * for one that is not. A job gets 30 s.
 */
int systemd_bus_call(struct sd_bus *bus, const struct systemd_call *call, struct error *err);

/* The cgroup that the manager has for itself, "" or "/...": malloc'd. */
int systemd_bus_control_group(struct sd_bus *bus, char **path, struct error *err);

#endif
