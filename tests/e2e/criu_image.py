#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Changes the images of a checkpoint, as somebody hostile would, field by field.

    criu_image.py DIRECTORY EDIT [ARGUMENT...]

An image is two magic numbers, and entries: a length, and a message of protocol buffers. A message is a list here, of
[number, wire type, value], in its order.
"""
import glob
import os
import struct
import sys

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5


def read_varint(data, at):
    value = shift = 0
    while True:
        value |= (data[at] & 0x7F) << shift
        shift += 7
        at += 1
        if not data[at - 1] & 0x80:
            return value, at


def write_varint(value):
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def parse(data):
    fields, at = [], 0
    while at < len(data):
        key, at = read_varint(data, at)
        kind = key & 7
        if kind == VARINT:
            value, at = read_varint(data, at)
        else:
            length = {FIXED64: 8, FIXED32: 4}.get(kind)
            if length is None:
                length, at = read_varint(data, at)
            value, at = data[at:at + length], at + length
        fields.append([key >> 3, kind, value])
    return fields


def build(fields):
    out = b""
    for number, kind, value in fields:
        out += write_varint(number << 3 | kind)
        if kind == VARINT:
            out += write_varint(value & (1 << 64) - 1)
        else:
            out += (write_varint(len(value)) if kind == BYTES else b"") + value
    return out


def load(path):
    with open(path, "rb") as file:
        data = file.read()
    entries, at = [], 8
    while at < len(data):
        (length,) = struct.unpack_from("<I", data, at)
        entries.append(parse(data[at + 4:at + 4 + length]))
        at += 4 + length
    return data[:8], entries


def store(path, head, entries):
    with open(path, "wb") as file:
        file.write(head)
        for entry in entries:
            data = build(entry)
            file.write(struct.pack("<I", len(data)) + data)


def get(fields, number, default=None):
    for field in fields:
        if field[0] == number:
            return field[2]
    return default


def put(fields, number, value):
    """In the place of all that have the number; None: none has it afterwards."""
    kind = VARINT if isinstance(value, int) else BYTES
    at = next((i for i, field in enumerate(fields) if field[0] == number), len(fields))
    fields[:] = [field for field in fields if field[0] != number]
    if value is not None:
        fields.insert(min(at, len(fields)), [number, kind, value])


def put_all(fields, number, values):
    fields[:] = [field for field in fields if field[0] != number]
    fields += [[number, VARINT, value] for value in values]


def parse_packed(data):
    values, at = [], 0
    while not isinstance(data, int) and at < len(data):
        value, at = read_varint(data, at)
        values.append(value)
    return [data] if isinstance(data, int) else values


def inside(fields, number, change):
    """Changes the messages that are the field."""
    for field in fields:
        if field[0] == number:
            part = parse(field[2])
            change(part)
            field[2] = build(part)


changed = 0


def edit(pattern, change):
    """Each image: change(entries), in place."""
    global changed
    for path in glob.glob(os.path.join(sys.argv[1], pattern)):
        head, entries = load(path)
        before = [build(entry) for entry in entries]
        change(entries)
        if [build(entry) for entry in entries] != before:
            changed += 1
        store(path, head, entries)


# --- mounts

MOUNT_ID, MOUNT_PARENT, MOUNT_FLAGS, MOUNT_ROOT, MOUNT_POINT, MOUNT_OPTIONS = 2, 4, 5, 6, 7, 9
MOUNT_SHARED, MOUNT_MASTER, MOUNT_SUPER = 10, 11, 17


def at_point(point):
    return lambda entry: get(entry, MOUNT_POINT, b"").decode().lstrip("./") == point.lstrip("/")


def drop_mount(point):
    is_it = at_point(point)

    def change(entries):
        gone = [get(entry, MOUNT_ID) for entry in entries if is_it(entry)]
        entries[:] = [entry for entry in entries if not is_it(entry) and get(entry, MOUNT_PARENT) not in gone]
    edit("mountpoints-*.img", change)


def mount_number(point, number, value):
    def change(entries):
        for entry in filter(at_point(point), entries):
            put(entry, number, value)
    edit("mountpoints-*.img", change)


def clear_flags(point, mask):
    def change(entries):
        for entry in filter(at_point(point), entries):
            put(entry, MOUNT_FLAGS, get(entry, MOUNT_FLAGS, 0) & ~int(mask, 0))
            if get(entry, MOUNT_SUPER) is not None:
                put(entry, MOUNT_SUPER, get(entry, MOUNT_SUPER) & ~int(mask, 0))
    edit("mountpoints-*.img", change)


def mount_text(point, number, text):
    mount_number(point, number, text.encode())


def copy_mount(point, to):
    """A filesystem like the one at POINT, also at TO, a place in the root."""
    def change(entries):
        root = next(entry for entry in entries if at_point("/")(entry))
        copy = parse(build(next(filter(at_point(point), entries))))
        put(copy, MOUNT_ID, max(get(entry, MOUNT_ID) for entry in entries) + 1)
        put(copy, MOUNT_PARENT, get(root, MOUNT_ID))
        put(copy, MOUNT_POINT, to.encode())
        entries.append(copy)
    edit("mountpoints-*.img", change)


# --- processes

CORE_TASK, CORE_THREAD = 3, 5
THREAD_CREDENTIALS, THREAD_SECCOMP = 10, 11
TASK_LIMITS, TASK_SECCOMP, TASK_OOM = 8, 11, 14


def credentials(change):
    def each(entries):
        for entry in entries:
            inside(entry, CORE_THREAD, lambda thread: inside(thread, THREAD_CREDENTIALS, change))
    edit("core-*.img", each)


def groups(*numbers):
    credentials(lambda creds: put_all(creds, 14, [int(number) for number in numbers]))


def capability(number):
    """In all the sets, of which the first word is this one."""
    def change(creds):
        for kind in (9, 10, 11, 12):
            words = [value for field, _, value in creds if field == kind]
            if len(words) == 1:
                words = parse_packed(words[0])
            put_all(creds, kind, [words[0] | 1 << int(number)] + words[1:])
    credentials(change)


def new_privileges():
    credentials(lambda creds: put(creds, 18, 0))


def user(uid):
    def change(creds):
        for number in (1, 3, 5, 7):
            put(creds, number, int(uid))
    credentials(change)


def no_seccomp():
    def change(entries):
        for entry in entries:
            inside(entry, CORE_THREAD, lambda thread: put(thread, THREAD_SECCOMP, 0))
            inside(entry, CORE_TASK, lambda task: put(task, TASK_SECCOMP, 0))
    edit("core-*.img", change)


def open_seccomp():
    """Every filter lets everything pass: BPF_RET | BPF_K, SECCOMP_RET_ALLOW."""
    def change(entries):
        for entry in entries:
            inside(entry, 1, lambda item: put(item, 1, struct.pack("<HBBI", 6, 0, 0, 0x7FFF0000)))
    edit("seccomp.img", change)


def more_seccomp():
    """One more, beside the one that all have, which lets everything pass, and which all have in its place."""
    def add(entries):
        for entry in entries:
            entry.append([1, BYTES, build([[1, BYTES, struct.pack("<HBBI", 6, 0, 0, 0x7FFF0000)]])])

    def choose(entries):
        for entry in entries:
            inside(entry, CORE_THREAD, lambda thread: put(thread, 12, 1))
    edit("seccomp.img", add)
    edit("core-*.img", choose)


def limit(number, hard):
    def change(limits):
        items = [field for field in limits if field[0] == 1]
        part = parse(items[int(number)][2])
        put(part, 1, int(hard))
        put(part, 2, int(hard))
        items[int(number)][2] = build(part)

    def each(entries):
        for entry in entries:
            inside(entry, CORE_TASK, lambda task: inside(task, TASK_LIMITS, change))
    edit("core-*.img", each)


def oom(score):
    def each(entries):
        for entry in entries:
            inside(entry, CORE_TASK, lambda task: put(task, TASK_OOM, int(score)))
    edit("core-*.img", each)


EDITS = {
    "drop-mount": drop_mount,
    "clear-flags": clear_flags,
    "mount-options": lambda point, text: mount_text(point, MOUNT_OPTIONS, text),
    "mount-root": lambda point, text: mount_text(point, MOUNT_ROOT, text),
    "share-mount": lambda point, group: mount_number(point, MOUNT_SHARED, int(group)),
    "copy-mount": copy_mount,
    "groups": groups,
    "capability": capability,
    "new-privileges": new_privileges,
    "user": user,
    "no-seccomp": no_seccomp,
    "open-seccomp": open_seccomp,
    "more-seccomp": more_seccomp,
    "limit": limit,
    "oom": oom,
}

EDITS[sys.argv[2]](*sys.argv[3:])
if not changed:
    sys.exit(f"{sys.argv[2]} changed nothing")
