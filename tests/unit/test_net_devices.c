/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net_devices: from one network namespace of the test's own to another, or back as if nothing was.
 */
#include "container/net_devices.h"

#include <signal.h>
#include <sys/capability.h>
#include <sys/stat.h>

#include "linux/netlink.h"
#include "netlink_experiment.h"

#define DEVICES(...)                                                                             \
	{                                                                                        \
		.linux_ = {                                                                      \
			.net_devices = (struct oci_net_device[]){ __VA_ARGS__ },                 \
			.net_devices_length = sizeof((struct oci_net_device[]){ __VA_ARGS__ }) / \
					      sizeof(struct oci_net_device),                     \
		},                                                                               \
	}

static void test_nothing_asked(void **state)
{
	const struct oci_config config = { 0 };
	struct error err = { 0 };

	(void)state;
	/* There is no such process: nothing may be looked at. */
	assert_int_equal(net_devices_move(&config, -1, &err), 0);
	assert_int_equal(err.code, 0);
}

#ifdef WITHOUT_LIBMNL

static void test_not_built(void **state)
{
	const struct oci_config config = DEVICES({ "eth0", NULL });
	struct error err = { 0 };

	(void)state;
	assert_int_equal(net_devices_move(&config, getpid(), &err), -1);
	assert_int_equal(err.code, ENOSYS);
	assert_non_null(strstr(err.text, "linux.netDevices.eth0"));
}

#else

/* A process in a new network namespace; it ends with the test. */
static pid_t start_init(void)
{
	int ready[2];
	char byte;
	pid_t pid;

	CHECK(pipe(ready) == 0);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		CHECK(unshare(CLONE_NEWNET) == 0);
		CHECK(write(ready[1], "", 1) == 1);
		for (;;)
			pause();
	}
	CHECK(read(ready[0], &byte, 1) == 1);
	close(ready[0]);
	close(ready[1]);
	return pid;
}

static void end_init(pid_t pid)
{
	CHECK(kill(pid, SIGKILL) == 0);
	CHECK(waitpid(pid, NULL, 0) == pid);
}

static int open_network_of(pid_t pid)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	CHECK(fd >= 0);
	return fd;
}

static void go_to(int fd)
{
	CHECK(setns(fd, CLONE_NEWNET) == 0);
}

static bool same_network(int fd)
{
	int own = open_own_network();
	struct stat one, other;

	CHECK(fstat(fd, &one) == 0 && fstat(own, &other) == 0);
	close(own);
	return one.st_ino == other.st_ino;
}

static void set_up(const char *interface)
{
	struct error err = { 0 };

	CHECK(netlink_set_up(interface, &err) == 0);
}

/* An interface as somebody prepares it: with addresses, up, with another MTU. */
static void make_device_or_skip(const char *name, const char *address)
{
	struct experiment_address given = { name, address, NULL, NULL, 24, 0, 0, 0 };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq request = { 0 };

	make_interface_or_skip(name);
	CHECK(add_address(&given) == 0);
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	request.ifr_mtu = 1400;
	CHECK(ioctl(fd, SIOCSIFMTU, &request) == 0);
	close(fd);
	set_up(name);
}

static void attributes_of(const char *name, struct ifreq *hardware, int *mtu)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq request = { 0 };

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	CHECK(ioctl(fd, SIOCGIFMTU, &request) == 0);
	*mtu = request.ifr_mtu;
	CHECK(ioctl(fd, SIOCGIFHWADDR, &request) == 0);
	*hardware = request;
	close(fd);
}

static bool is_up(const char *name)
{
	int flags = interface_flags(name);

	return flags >= 0 && (flags & IFF_UP);
}

static void experiment_move(void)
{
	const struct oci_config config = DEVICES({ "first0", "eth9" }, { "second0", NULL });
	struct ifreq before, after;
	struct error err = { 0 };
	int here = open_own_network(), there, mtu;
	pid_t init = start_init();

	make_device_or_skip("first0", "10.1.0.1");
	make_device_or_skip("second0", "10.2.0.1");
	attributes_of("first0", &before, &mtu);
	there = open_network_of(init);
	if (net_devices_move(&config, init, &err) < 0)
		CHECK_TEXT(err, "(it was to succeed)");
	CHECK(same_network(here));
	CHECK(interface_flags("first0") == -ENODEV && interface_flags("second0") == -ENODEV);
	go_to(there);
	CHECK(interface_flags("first0") == -ENODEV);
	CHECK(is_up("eth9") && is_up("second0"));
	CHECK_ADDRESSES("eth9", "10.1.0.1/24");
	CHECK_ADDRESSES("second0", "10.2.0.1/24");
	attributes_of("eth9", &after, &mtu);
	CHECK(mtu == 1400);
	CHECK(memcmp(&before.ifr_hwaddr, &after.ifr_hwaddr, sizeof(before.ifr_hwaddr)) == 0);
	end_init(init);
}

static void test_move(void **state)
{
	(void)state;
	run_experiment(experiment_move);
}

static void experiment_names(void)
{
	/* Two that take each other's name, one that has a name of the container's, and numbers. */
	const struct oci_config config = DEVICES({ "third0", "num%d" }, { "one0", "two0" },
		{ "two0", "one0" }, { "taken0", "num1" }, { "fourth0", "num%d" });
	struct error err = { 0 };
	pid_t init = start_init();
	int here = open_own_network(), there = open_network_of(init);

	go_to(there);
	make_interface_or_skip("num0");
	make_interface_or_skip("taken0");
	go_to(here);
	make_device_or_skip("one0", "10.1.0.1");
	make_device_or_skip("two0", "10.2.0.1");
	make_device_or_skip("third0", "10.3.0.1");
	make_device_or_skip("fourth0", "10.4.0.1");
	make_device_or_skip("taken0", "10.5.0.1");
	if (net_devices_move(&config, init, &err) < 0)
		CHECK_TEXT(err, "(it was to succeed)");
	go_to(there);
	CHECK_ADDRESSES("one0", "10.2.0.1/24");
	CHECK_ADDRESSES("two0", "10.1.0.1/24");
	CHECK_ADDRESSES("num1", "10.5.0.1/24");
	CHECK_ADDRESSES("num2", "10.3.0.1/24");
	CHECK_ADDRESSES("num3", "10.4.0.1/24");
	CHECK_ADDRESSES("num0", "");
	CHECK_ADDRESSES("taken0", "");
	CHECK(is_up("num2") && is_up("num3") && !is_up("num0") && !is_up("taken0"));
	end_init(init);
}

static void test_names(void **state)
{
	(void)state;
	run_experiment(experiment_names);
}

/* All that was there before is there after: addresses, state, name. */
static void check_untouched(void)
{
	int mtu;
	struct ifreq hardware;

	CHECK(is_up("first0"));
	CHECK_ADDRESSES("first0", "10.1.0.1/24");
	attributes_of("first0", &hardware, &mtu);
	CHECK(mtu == 1400);
	CHECK(interface_flags("second0") >= 0 && !is_up("second0"));
}

static void check_refused(
	const struct oci_config *config, pid_t init, int code, const char *sentence)
{
	struct error err = { 0 };

	CHECK(net_devices_move(config, init, &err) == -1);
	CHECK_TEXT(err, sentence);
	CHECK(err.code == code);
	check_untouched();
}

static void experiment_refused(void)
{
	const struct oci_config clash = DEVICES({ "second0", NULL }, { "first0", "eth0" });
	const struct oci_config same_name = DEVICES({ "first0", NULL }, { "eth0", NULL });
	const struct oci_config missing = DEVICES({ "first0", NULL }, { "nosuch0", "eth1" });
	const struct oci_config late =
		DEVICES({ "first0", "num%d" }, { "second0", "eth1" }, { "lo", "lo%d" });
	const struct oci_config bad_template = DEVICES({ "first0", "a0" }, { "second0", "a%d%d" });
	pid_t init = start_init();
	int here = open_own_network(), there = open_network_of(init);

	make_device_or_skip("first0", "10.1.0.1");
	make_interface_or_skip("second0");
	make_interface_or_skip("eth0");
	go_to(there);
	make_interface_or_skip("eth0");
	go_to(here);
	check_refused(&clash, init, EEXIST,
		"linux.netDevices.first0.name: the container's network namespace has a device "
		"'eth0' already");
	check_refused(&same_name, init, EEXIST, "linux.netDevices.eth0: the container's");
	check_refused(&missing, init, ENODEV, "linux.netDevices.nosuch0: there is no such device");
	/* These the kernel refuses when others are in the container already. */
	check_refused(&late, init, EINVAL, "linux.netDevices.lo: cannot be moved");
	check_refused(&bad_template, init, EINVAL, "linux.netDevices.second0.name: the name");
	CHECK(same_network(here));
	go_to(there);
	CHECK(interface_flags("first0") == -ENODEV && interface_flags("eth1") == -ENODEV);
	CHECK(interface_flags("num0") == -ENODEV && interface_flags("a0") == -ENODEV);
	end_init(init);
}

static void test_refused(void **state)
{
	(void)state;
	run_experiment(experiment_refused);
}

static void experiment_no_container(void)
{
	const struct oci_config config = DEVICES({ "first0", "eth9" });
	pid_t init = start_init();

	make_device_or_skip("first0", "10.1.0.1");
	make_interface_or_skip("second0");
	check_refused(&config, getpid(), EINVAL,
		"linux.netDevices: the container's network namespace is the runtime's own");
	end_init(init);
	check_refused(&config, init, ENOENT, "linux.netDevices: open the namespace");
}

static void test_no_container(void **state)
{
	(void)state;
	run_experiment(experiment_no_container);
}

/* As for root in a user namespace whose network is still the host's: setns(2) is refused there. */
static void drop_sys_admin(void)
{
	const cap_value_t dropped = CAP_SYS_ADMIN;
	cap_t capabilities = cap_get_proc();

	CHECK(capabilities);
	CHECK(cap_set_flag(capabilities, CAP_EFFECTIVE, 1, &dropped, CAP_CLEAR) == 0);
	CHECK(cap_set_proc(capabilities) == 0);
	cap_free(capabilities);
}

static void experiment_no_right(void)
{
	const struct oci_config config = DEVICES({ "first0", "eth9" });
	pid_t init = start_init();

	make_device_or_skip("first0", "10.1.0.1");
	make_interface_or_skip("second0");
	drop_sys_admin();
	check_refused(&config, init, EPERM,
		"linux.netDevices: the runtime may not enter its own network namespace again");
	end_init(init);
}

static void test_no_right(void **state)
{
	(void)state;
	run_experiment(experiment_no_right);
}

#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_asked),
#ifdef WITHOUT_LIBMNL
		cmocka_unit_test(test_not_built),
#else
		cmocka_unit_test(test_move),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_no_container),
		cmocka_unit_test(test_no_right),
#endif
	};

	return cmocka_run_group_tests_name("net_devices", tests, NULL, NULL);
}
