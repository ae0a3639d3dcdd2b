#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Stands between the runtime and CRIU, as `--criu`, and does harm at one notification.

    CRIU_BETWEEN=HARM:NOTIFICATION    HARM: criu (CRIU is killed), runtime (the runtime is), fail
                                      (CRIU is told that the runtime failed), hang (it is told
                                      nothing, nor is the runtime), move (what is restored is moved
                                      to the cgroup whose cgroup.procs CRIU_BETWEEN_TO names)
    CRIU_BETWEEN_LOG=FILE             the notifications, as they come, one a line
"""
import fcntl
import os
import signal
import socket
import sys


def fields(message):
    """The strings and numbers of a message, one level deep."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                return value

    while at < len(message):
        key = varint()
        if key & 7 == 0:
            yield key >> 3, varint()
        else:
            length = varint()
            yield key >> 3, message[at:at + length]
            at += length


def notification(message):
    answer = dict(fields(message))
    return dict(fields(answer[5])).get(1, b"").decode() if 5 in answer else None


def relay(runtime, criu, pid, parent):
    harm, _, where = os.environ.get("CRIU_BETWEEN", "").partition(":")
    while True:
        message, rights, _, _ = socket.recv_fds(criu, 1 << 16, 1)
        if not message:
            return
        name = notification(message)
        if name:
            with open(os.environ["CRIU_BETWEEN_LOG"], "a") as log:
                print(name, file=log)
        if name and name == where and harm == "runtime":
            os.kill(parent, signal.SIGKILL)
            return
        if name and name == where and harm == "criu":
            os.kill(pid, signal.SIGKILL)
            return
        if name == "setup-namespaces":
            init = dict(fields(dict(fields(message))[5]))[2]
        if name and name == where and harm == "move":
            with open(os.environ["CRIU_BETWEEN_TO"], "w") as procs:
                print(init, file=procs)
        if name and name == where and harm == "hang":
            while True:
                signal.pause()
        socket.send_fds(runtime, [message], rights)
        for fd in rights:
            os.close(fd)
        if not name:
            return
        answer = runtime.recv(1 << 16)
        if name == where and harm == "fail":
            answer = bytes([1 << 3, 6, 3 << 3, 0])
        try:
            criu.send(answer)
        except BrokenPipeError:
            return


def main():
    runtime = socket.socket(fileno=int(sys.argv[2]))
    parent = os.getppid()
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    pid = os.getpid()
    if os.fork() == 0:
        theirs.close()
        criu_request = runtime.recv(1 << 20)
        if criu_request:
            ours.send(criu_request)
            relay(runtime, ours, pid, parent)
        os._exit(0)
    # CRIU itself keeps the pid that the runtime knows. It opens the descriptors that a request names in
    # whoever made its socket: that is this process, so it has to have those of the runtime, under their
    # numbers, which none of ours may be.
    runtime.close()
    ours.close()
    theirs = fcntl.fcntl(theirs.detach(), fcntl.F_DUPFD, 500)
    for name in os.listdir(f"/proc/{parent}/fd"):
        if int(name) <= 2:
            continue
        # Sockets and the like cannot be opened again, and are not what a request names.
        try:
            copy = os.open(f"/proc/{parent}/fd/{name}", os.O_RDONLY)
        except OSError:
            continue
        if copy != int(name):
            os.dup2(copy, int(name))
            os.close(copy)
        os.set_inheritable(int(name), True)
    os.execvp("criu", ["criu", "swrk", str(theirs)])


main()
