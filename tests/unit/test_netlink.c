/* SPDX-License-Identifier: Apache-2.0 */
/* netlink: interfaces set up and moved, in network namespaces of the test's own. */
#include "linux/netlink.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef WITHOUT_LIBMNL
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#endif

#include "in_child.h"

/* Runs an experiment in a process of its own, in a new network namespace that ends with it. */
static void run_experiment(void (*body)(void))
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		if (unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0 && unshare(CLONE_NEWNET) < 0)
			SKIP_IN_CHILD("no network namespace can be made here");
		body();
		_exit(EXIT_SUCCESS);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == IN_CHILD_SKIPPED)
		skip();
	assert_int_equal(WEXITSTATUS(status), EXIT_SUCCESS);
}

/* The flags of an interface, or -errno. */
static int interface_flags(const char *name)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq request = { 0 };
	int result;

	CHECK(fd >= 0);
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	result = ioctl(fd, SIOCGIFFLAGS, &request) < 0 ? -errno : (unsigned short)request.ifr_flags;
	close(fd);
	return result;
}

static void experiment_lo_up(void)
{
	struct error err = { 0 };

	CHECK((interface_flags("lo") & IFF_UP) == 0);
	CHECK(netlink_set_up("lo", &err) == 0);
	CHECK((interface_flags("lo") & IFF_UP) != 0);
	/* And once more: what is up stays up. */
	CHECK(netlink_set_up("lo", &err) == 0);
	CHECK((interface_flags("lo") & (IFF_UP | IFF_LOOPBACK)) == (IFF_UP | IFF_LOOPBACK));
	CHECK(err.code == 0);
}

static void test_lo_up(void **state)
{
	(void)state;
	run_experiment(experiment_lo_up);
}

static void experiment_missing(void)
{
	struct error err = { 0 };

	CHECK(netlink_set_up("nosuch0", &err) == -1);
	CHECK(err.code == ENODEV && strstr(err.text, "nosuch0"));
	CHECK(netlink_set_up("", &err) == -1 && err.code == EINVAL);
	CHECK(netlink_set_up("sixteen_letters_", &err) == -1 && err.code == EINVAL);
	CHECK(netlink_move("lo", 0, "sixteen_letters_", &err) == -1 && err.code == EINVAL);
	CHECK(netlink_move("", 0, NULL, &err) == -1 && err.code == EINVAL);
}

static void test_missing_interface(void **state)
{
	(void)state;
	run_experiment(experiment_missing);
}

#ifdef WITHOUT_LIBMNL

static void test_move(void **state)
{
	struct error err = { 0 };

	(void)state;
	assert_int_equal(netlink_move("lo", 0, NULL, &err), -1);
	assert_int_equal(err.code, ENOSYS);
}

#else

/* Makes an interface of a kind that needs no hardware; -errno where the kernel has no such kind. */
static int make_interface(const char *kind, const char *name)
{
	char buffer[1024] __attribute__((aligned(8)));
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct mnl_socket *socket = mnl_socket_open(NETLINK_ROUTE);
	struct nlattr *info;
	ssize_t length;
	int result;

	request->nlmsg_type = RTM_NEWLINK;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;
	mnl_nlmsg_put_extra_header(request, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(request, IFLA_IFNAME, name);
	info = mnl_attr_nest_start(request, IFLA_LINKINFO);
	mnl_attr_put_strz(request, IFLA_INFO_KIND, kind);
	mnl_attr_nest_end(request, info);
	CHECK(socket && mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) == 0);
	CHECK(mnl_socket_sendto(socket, request, request->nlmsg_len) > 0);
	length = mnl_socket_recvfrom(socket, buffer, sizeof(buffer));
	CHECK(length > 0);
	result = mnl_cb_run(buffer, (size_t)length, 0, mnl_socket_get_portid(socket), NULL, NULL);
	result = result < 0 ? -errno : 0;
	mnl_socket_close(socket);
	return result;
}

static void make_interface_or_skip(const char *name)
{
	static const char *const kinds[] = { "dummy", "ifb", "veth", "vcan" };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (make_interface(kinds[i], name) == 0)
			return;
	SKIP_IN_CHILD("this kernel makes neither dummy, ifb, veth nor vcan interfaces");
}

static int open_own_network(void)
{
	int fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	CHECK(fd >= 0);
	return fd;
}

static void experiment_move(void)
{
	struct error err = { 0 };
	int here = open_own_network(), there;

	CHECK(unshare(CLONE_NEWNET) == 0);
	there = open_own_network();
	CHECK(setns(here, CLONE_NEWNET) == 0);
	make_interface_or_skip("first0");
	make_interface_or_skip("second0");
	CHECK(netlink_set_up("first0", &err) == 0);
	CHECK(netlink_move("first0", there, "eth0", &err) == 0);
	CHECK(netlink_move("second0", there, NULL, &err) == 0);
	CHECK(interface_flags("first0") == -ENODEV && interface_flags("second0") == -ENODEV);
	CHECK(setns(there, CLONE_NEWNET) == 0);
	CHECK(interface_flags("first0") == -ENODEV);
	CHECK(interface_flags("eth0") >= 0 && (interface_flags("eth0") & IFF_UP) == 0);
	CHECK(interface_flags("second0") >= 0);
	CHECK(netlink_set_up("eth0", &err) == 0);
	CHECK((interface_flags("eth0") & IFF_UP) != 0);
}

static void test_move(void **state)
{
	(void)state;
	run_experiment(experiment_move);
}

static void experiment_move_refused(void)
{
	struct error err = { 0 };
	int here = open_own_network();

	CHECK(netlink_move("nosuch0", here, NULL, &err) == -1);
	CHECK(err.code == ENODEV && strstr(err.text, "nosuch0"));
	CHECK(netlink_move("lo", -1, NULL, &err) == -1 && strstr(err.text, "\"lo\""));
	/* lo belongs to its namespace for good. */
	CHECK(unshare(CLONE_NEWNET) == 0);
	CHECK(netlink_move("lo", here, "lo1", &err) == -1 && err.code == EINVAL);
	CHECK(strstr(err.text, "lo1"));
}

static void test_move_refused(void **state)
{
	(void)state;
	run_experiment(experiment_move_refused);
}

#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lo_up),
		cmocka_unit_test(test_missing_interface),
		cmocka_unit_test(test_move),
#ifndef WITHOUT_LIBMNL
		cmocka_unit_test(test_move_refused),
#endif
	};

	return cmocka_run_group_tests_name("netlink", tests, NULL, NULL);
}
