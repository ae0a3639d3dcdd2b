/* SPDX-License-Identifier: Apache-2.0 */
#include "container/net_devices.h"

#include <errno.h>

#ifndef WITHOUT_LIBMNL

#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "linux/namespace.h"
#include "linux/netlink.h"
#include "linux/netlink_address.h"
#include "linux/netlink_link.h"

struct net_device {
	const struct oci_net_device *asked;
	struct netlink_link before; /* in the runtime's namespace */
	struct netlink_addresses addresses;
	unsigned int inside; /* its index in the container's namespace; 0: it is not there */
};

struct net_devices {
	struct net_device *devices;
	size_t length;
	int runtime_ns, container_ns;
	struct netlink runtime, container; /* one socket in each */
};

static void net_devices_close(struct net_devices *all)
{
	for (size_t i = 0; i < all->length; i++)
		netlink_addresses_free(&all->devices[i].addresses);
	free(all->devices);
	cleanup_fd(&all->runtime_ns);
	cleanup_fd(&all->container_ns);
	netlink_close(&all->runtime);
	netlink_close(&all->container);
}

static const char *net_device_new_name(const struct net_device *device)
{
	return device->asked->container_name ? device->asked->container_name : device->before.name;
}

/* The kernel is to fill in a number. */
static bool net_device_is_template(const struct net_device *device)
{
	return strchr(net_device_new_name(device), '%') != NULL;
}

/* Where in config.json the name is that the container was to see. */
static const char *net_device_name_property(const struct net_device *device)
{
	return device->asked->container_name ? ".name" : "";
}

/* --- the two namespaces */

static int net_devices_open_namespaces(struct net_devices *all, pid_t init, struct error *err)
{
	struct stat runtime, container;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)init);
	all->runtime_ns = namespace_open_own(CLONE_NEWNET, err);
	if (all->runtime_ns < 0)
		return error_prefix(err, "linux.netDevices");
	all->container_ns = namespace_open(path, CLONE_NEWNET, "linux.netDevices", err);
	if (all->container_ns < 0)
		return -1;
	if (fstat(all->runtime_ns, &runtime) < 0 || fstat(all->container_ns, &container) < 0)
		return error_errno(err, errno, "linux.netDevices: fstat on a network namespace");
	if (runtime.st_dev == container.st_dev && runtime.st_ino == container.st_ino)
		return error_set(err, EINVAL,
			"linux.netDevices: the container's network namespace is the runtime's own, "
			"no device can be moved there");
	return 0;
}

/* The socket is the container's, whoever uses it: the runtime is inside for a moment only. */
static int net_devices_open_inside(struct net_devices *all, struct error *err)
{
	/* To its own it could not come back from everywhere: that is found out before it leaves. */
	int result = namespace_join(all->runtime_ns, CLONE_NEWNET), opened;

	if (result < 0)
		return error_errno(err, -result,
			"linux.netDevices: the runtime may not enter its own network namespace "
			"again, so that it cannot go to the container's");
	result = namespace_join(all->container_ns, CLONE_NEWNET);
	if (result < 0)
		return error_errno(
			err, -result, "linux.netDevices: enter the container's network namespace");
	opened = netlink_open(&all->container);
	result = namespace_join(all->runtime_ns, CLONE_NEWNET);
	if (result < 0)
		return error_errno(err, -result,
			"linux.netDevices: return to the runtime's network namespace");
	if (opened < 0)
		return error_errno(err, -opened,
			"linux.netDevices: open a socket of rtnetlink in the container");
	return 0;
}

static int net_devices_open(struct net_devices *all, pid_t init, struct error *err)
{
	int result = netlink_open(&all->runtime);

	if (result < 0)
		return error_errno(err, -result, "linux.netDevices: open a socket of rtnetlink");
	if (net_devices_open_namespaces(all, init, err) < 0)
		return -1;
	return net_devices_open_inside(all, err);
}

/* --- before anything is moved */

static int net_device_find(struct net_devices *all, struct net_device *device, struct error *err)
{
	const char *name = device->asked->name;
	int result = netlink_link_by_name(&all->runtime, name, &device->before);

	if (result == -ENODEV)
		return error_set(err, ENODEV,
			"linux.netDevices.%s: there is no such device in the runtime's network "
			"namespace",
			name);
	if (result < 0)
		return error_errno(err, -result, "linux.netDevices.%s: look the device up%s", name,
			all->runtime.reason);
	result = netlink_addresses_save(device->before.index, &device->addresses);
	if (result < 0)
		return error_errno(
			err, -result, "linux.netDevices.%s: read the device's addresses", name);
	return 0;
}

static int net_device_check_name(
	struct net_devices *all, const struct net_device *device, struct error *err)
{
	const char *name = net_device_new_name(device);
	struct netlink_link found;
	int result;

	if (net_device_is_template(device))
		return 0;
	result = netlink_link_by_name(&all->container, name, &found);
	if (result == -ENODEV)
		return 0;
	if (result < 0)
		return error_errno(err, -result, "linux.netDevices.%s%s: look '%s' up%s",
			device->asked->name, net_device_name_property(device), name,
			all->container.reason);
	return error_set(err, EEXIST,
		"linux.netDevices.%s%s: the container's network namespace has a device '%s' "
		"already",
		device->asked->name, net_device_name_property(device), name);
}

/* --- there, and back again */

/*
 * A name that nobody has there: by its own the device could not be told from another when the
 * kernel has moved it and then refuses the new one.
 */
static int net_device_passing_name(char name[IFNAMSIZ], struct error *err)
{
	unsigned int number;

	if (getrandom(&number, sizeof(number), 0) != (ssize_t)sizeof(number))
		return error_errno(err, errno, "linux.netDevices: getrandom");
	snprintf(name, IFNAMSIZ, "moved%08x", number);
	return 0;
}

static int net_device_enter(struct net_devices *all, struct net_device *device, struct error *err)
{
	struct netlink_link there;
	char name[IFNAMSIZ];
	int result;

	if (net_device_passing_name(name, err) < 0)
		return -1;
	result = netlink_link_move(&all->runtime, device->before.index, all->container_ns, name);
	if (result < 0)
		return error_errno(err, -result,
			"linux.netDevices.%s: cannot be moved into the container's network "
			"namespace%s",
			device->asked->name, all->runtime.reason);
	result = netlink_link_by_name(&all->container, name, &there);
	if (result < 0)
		return error_errno(err, -result,
			"linux.netDevices.%s: find the device in the container's network namespace",
			device->asked->name);
	device->inside = there.index;
	return 0;
}

static int net_device_settle(struct net_devices *all, struct net_device *device, struct error *err)
{
	struct netlink *container = &all->container;
	const char *name = device->asked->name;
	struct netlink_link there;
	int result = netlink_link_rename(container, device->inside, net_device_new_name(device));

	if (result < 0)
		return error_errno(err, -result, "linux.netDevices.%s%s: the name '%s'%s", name,
			net_device_name_property(device), net_device_new_name(device),
			container->reason);
	result = netlink_link_by_index(container, device->inside, &there);
	if (result < 0)
		return error_errno(err, -result, "linux.netDevices.%s: look the device up%s", name,
			container->reason);
	result = netlink_addresses_restore(
		container, &device->addresses, device->before.name, &there);
	if (result < 0)
		return error_errno(err, -result,
			"linux.netDevices.%s: give the device its addresses again%s", name,
			container->reason);
	result = netlink_link_set_up(container, device->inside);
	if (result < 0)
		return error_errno(err, -result, "linux.netDevices.%s: set the device up%s", name,
			container->reason);
	return 0;
}

static int net_device_return(struct net_devices *all, const struct net_device *device)
{
	struct netlink *runtime = &all->runtime;
	const char *name = device->before.name;
	struct netlink_link here;
	int result = netlink_link_move(&all->container, device->inside, all->runtime_ns, name);

	if (result == 0)
		result = netlink_link_by_name(runtime, name, &here);
	if (result == 0)
		result = netlink_addresses_restore(runtime, &device->addresses, name, &here);
	if (result == 0 && device->before.up)
		result = netlink_link_set_up(runtime, here.index);
	return result;
}

static void net_devices_return(struct net_devices *all)
{
	for (size_t i = all->length; i-- > 0;) {
		const struct net_device *device = &all->devices[i];
		int result = device->inside ? net_device_return(all, device) : 0;

		if (result < 0)
			log_warning("linux.netDevices.%s: cannot be given back as it was: %s",
				device->asked->name, strerror(-result));
	}
}

/* --- all of them */

static int net_devices_prepare(struct net_devices *all, struct error *err)
{
	for (size_t i = 0; i < all->length; i++)
		if (net_device_find(all, &all->devices[i], err) < 0 ||
			net_device_check_name(all, &all->devices[i], err) < 0)
			return -1;
	return 0;
}

static int net_devices_move_those(struct net_devices *all, bool templates, struct error *err)
{
	for (size_t i = 0; i < all->length; i++) {
		struct net_device *device = &all->devices[i];

		if (net_device_is_template(device) == templates &&
			(net_device_enter(all, device, err) < 0 ||
				net_device_settle(all, device, err) < 0))
			return -1;
	}
	return 0;
}

static int net_devices_move_all(const struct oci_linux *config, pid_t init, struct error *err)
{
	CLEANUP(net_devices_close)
	struct net_devices all = { .runtime_ns = -1, .container_ns = -1 };

	all.devices = calloc(config->net_devices_length, sizeof(*all.devices));
	if (!all.devices)
		return error_errno(err, ENOMEM, "linux.netDevices");
	for (; all.length < config->net_devices_length; all.length++)
		all.devices[all.length].asked = &config->net_devices[all.length];
	if (net_devices_open(&all, init, err) < 0 || net_devices_prepare(&all, err) < 0)
		return -1;
	/* Names first, then numbers: the kernel must not give "eth%d" the name of another. */
	if (net_devices_move_those(&all, false, err) == 0 &&
		net_devices_move_those(&all, true, err) == 0)
		return 0;
	net_devices_return(&all);
	return -1;
}

int net_devices_move(const struct oci_config *config, pid_t init, struct error *err)
{
	if (config->linux_.net_devices_length == 0)
		return 0;
	return net_devices_move_all(&config->linux_, init, err);
}

#else

int net_devices_move(const struct oci_config *config, pid_t init, struct error *err)
{
	(void)init;
	if (config->linux_.net_devices_length == 0)
		return 0;
	return error_set(err, ENOSYS,
		"linux.netDevices.%s: this elsewhen is built without libmnl and cannot move "
		"network "
		"devices",
		config->linux_.net_devices[0].name);
}

#endif
