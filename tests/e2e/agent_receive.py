#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A seccomp agent that takes one listener at the socket of its argument, and prints what came with it.

The listener is closed at once: the kernel then answers every system call that asks with ENOSYS.
"""
import array
import os
import socket
import sys

server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
server.bind(sys.argv[1])
server.listen(1)
connection, _ = server.accept()
descriptors = array.array("i")
data, ancillary, _, _ = connection.recvmsg(65536, socket.CMSG_SPACE(4))
for level, kind, content in ancillary:
    if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
        descriptors.frombytes(content[:4])
for descriptor in descriptors:
    print(os.readlink(f"/proc/self/fd/{descriptor}"), file=sys.stderr)
    os.close(descriptor)
sys.stdout.write(data.decode())
sys.stdout.flush()
