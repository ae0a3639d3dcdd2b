#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Listens on a --console-socket, takes the terminal that is sent, types a line into it if there is one as the
second argument, prints what comes out of it."""
import array
import os
import socket
import sys

listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
listener.bind(sys.argv[1])
listener.listen(1)
connection, _ = listener.accept()
name, ancillary, _, _ = connection.recvmsg(4096, socket.CMSG_SPACE(4))
fds = array.array("i")
for level, kind, data in ancillary:
    if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
        fds.frombytes(data[: len(data) - len(data) % fds.itemsize])
print(f"received {len(fds)} descriptor(s), named {name!r}", flush=True)
if len(sys.argv) > 2:
    os.write(fds[0], sys.argv[2].encode() + b"\n")
while True:
    try:
        data = os.read(fds[0], 4096)
    except OSError:  # EIO: the other side is closed
        break
    if not data:
        break
    sys.stdout.buffer.write(data)
    sys.stdout.flush()
