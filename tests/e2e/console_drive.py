#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""console_drive.py ROWSxCOLUMNS TYPE:EXPECT... -- COMMAND...

Runs the command in the foreground of a new terminal of that size, types each line and waits until what is expected
was printed, prints all of it, and ends with the command's status; with 98 when something did not come.
"""
import fcntl
import os
import pty
import select
import struct
import sys
import termios
import time

PATIENCE = 60

split = sys.argv.index("--")
rows, columns = map(int, sys.argv[1].split("x"))
steps = [argument.split(":", 1) for argument in sys.argv[2:split]]

pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    os.execvp(sys.argv[split + 1], sys.argv[split + 1 :])


def read_until(expected, deadline):
    """What was printed up to there; an empty text is expected of nobody but the end."""
    seen = b""
    while not expected or expected not in seen:
        if not select.select([terminal], [], [], max(0, deadline - time.monotonic()))[0]:
            sys.exit(98)
        try:
            data = os.read(terminal, 4096)
        except OSError:  # EIO: nobody is at the other side any more
            return
        seen += data
        sys.stdout.buffer.write(data)
        sys.stdout.flush()


for typed, expected in steps:
    os.write(terminal, typed.encode() + b"\n")
    read_until(expected.encode(), time.monotonic() + PATIENCE)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
