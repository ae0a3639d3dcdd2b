#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""cri.py METHOD [JSON]: one call of the container runtime interface, its answer as JSON.

What a kubelet would say to containerd, over the Unix socket in $CRI_SOCKET. The messages are described
below by the numbers of their fields; only fields that the tests use are there, others are skipped.
"""
import json
import os
import sys

import grpc

STRING, BYTES, INT, BOOL, MAP = "string", "bytes", "int", "bool", "map"


class Repeated:
    def __init__(self, kind):
        self.kind = kind


MESSAGES = {
    "VersionRequest": {"version": (1, STRING)},
    "VersionResponse": {
        "version": (1, STRING),
        "runtime_name": (2, STRING),
        "runtime_version": (3, STRING),
    },
    "RunPodSandboxRequest": {"config": (1, "PodSandboxConfig"), "runtime_handler": (2, STRING)},
    "RunPodSandboxResponse": {"pod_sandbox_id": (1, STRING)},
    "StopPodSandboxRequest": {"pod_sandbox_id": (1, STRING)},
    "StopPodSandboxResponse": {},
    "RemovePodSandboxRequest": {"pod_sandbox_id": (1, STRING)},
    "RemovePodSandboxResponse": {},
    "PodSandboxStatusRequest": {"pod_sandbox_id": (1, STRING), "verbose": (2, BOOL)},
    "PodSandboxStatusResponse": {"status": (1, "PodSandboxStatus"), "info": (2, MAP)},
    "PodSandboxStatus": {"id": (1, STRING), "state": (3, INT), "network": (5, "PodSandboxNetworkStatus")},
    "PodSandboxNetworkStatus": {"ip": (1, STRING)},
    "ListPodSandboxRequest": {},
    "ListPodSandboxResponse": {"items": (1, Repeated("PodSandbox"))},
    "PodSandbox": {"id": (1, STRING), "state": (3, INT)},
    "PodSandboxConfig": {
        "metadata": (1, "PodSandboxMetadata"),
        "hostname": (2, STRING),
        "log_directory": (3, STRING),
        "labels": (6, MAP),
        "annotations": (7, MAP),
        "linux": (8, "LinuxPodSandboxConfig"),
    },
    "PodSandboxMetadata": {"name": (1, STRING), "uid": (2, STRING), "namespace": (3, STRING), "attempt": (4, INT)},
    "LinuxPodSandboxConfig": {
        "cgroup_parent": (1, STRING),
        "security_context": (2, "LinuxSandboxSecurityContext"),
        "sysctls": (3, MAP),
    },
    "LinuxSandboxSecurityContext": {"namespace_options": (1, "NamespaceOption"), "privileged": (6, BOOL)},
    "NamespaceOption": {
        "network": (1, INT),
        "pid": (2, INT),
        "ipc": (3, INT),
        "target_id": (4, STRING),
        "userns_options": (5, "UserNamespace"),
    },
    "UserNamespace": {"mode": (1, INT), "uids": (2, Repeated("IDMapping")), "gids": (3, Repeated("IDMapping"))},
    "IDMapping": {"host_id": (1, INT), "container_id": (2, INT), "length": (3, INT)},
    "CreateContainerRequest": {
        "pod_sandbox_id": (1, STRING),
        "config": (2, "ContainerConfig"),
        "sandbox_config": (3, "PodSandboxConfig"),
    },
    "CreateContainerResponse": {"container_id": (1, STRING)},
    "ContainerConfig": {
        "metadata": (1, "ContainerMetadata"),
        "image": (2, "ImageSpec"),
        "command": (3, Repeated(STRING)),
        "args": (4, Repeated(STRING)),
        "working_dir": (5, STRING),
        "envs": (6, Repeated("KeyValue")),
        "mounts": (7, Repeated("Mount")),
        "labels": (9, MAP),
        "annotations": (10, MAP),
        "log_path": (11, STRING),
        "tty": (14, BOOL),
        "linux": (15, "LinuxContainerConfig"),
    },
    "ContainerMetadata": {"name": (1, STRING), "attempt": (2, INT)},
    "ImageSpec": {"image": (1, STRING)},
    "KeyValue": {"key": (1, STRING), "value": (2, STRING)},
    "Mount": {"container_path": (1, STRING), "host_path": (2, STRING), "readonly": (3, BOOL)},
    "LinuxContainerConfig": {
        "resources": (1, "LinuxContainerResources"),
        "security_context": (2, "LinuxContainerSecurityContext"),
    },
    "LinuxContainerResources": {
        "cpu_period": (1, INT),
        "cpu_quota": (2, INT),
        "cpu_shares": (3, INT),
        "memory_limit_in_bytes": (4, INT),
        "oom_score_adj": (5, INT),
        "cpuset_cpus": (6, STRING),
        "cpuset_mems": (7, STRING),
        "unified": (9, MAP),
    },
    "LinuxContainerSecurityContext": {
        "capabilities": (1, "Capability"),
        "privileged": (2, BOOL),
        "namespace_options": (3, "NamespaceOption"),
        "run_as_user": (5, "Int64Value"),
        "readonly_rootfs": (7, BOOL),
        "no_new_privs": (11, BOOL),
    },
    "Capability": {"add_capabilities": (1, Repeated(STRING)), "drop_capabilities": (2, Repeated(STRING))},
    "Int64Value": {"value": (1, INT)},
    "UInt64Value": {"value": (1, INT)},
    "StartContainerRequest": {"container_id": (1, STRING)},
    "StartContainerResponse": {},
    "StopContainerRequest": {"container_id": (1, STRING), "timeout": (2, INT)},
    "StopContainerResponse": {},
    "RemoveContainerRequest": {"container_id": (1, STRING)},
    "RemoveContainerResponse": {},
    "CheckpointContainerRequest": {"container_id": (1, STRING), "location": (2, STRING), "timeout": (3, INT)},
    "CheckpointContainerResponse": {},
    "ContainerStatusRequest": {"container_id": (1, STRING), "verbose": (2, BOOL)},
    "ContainerStatusResponse": {"status": (1, "ContainerStatus"), "info": (2, MAP)},
    "ContainerStatus": {
        "id": (1, STRING),
        "state": (3, INT),
        "exit_code": (7, INT),
        "reason": (10, STRING),
        "message": (11, STRING),
    },
    "ListContainersRequest": {},
    "ListContainersResponse": {"containers": (1, Repeated("Container"))},
    "Container": {"id": (1, STRING), "pod_sandbox_id": (2, STRING)},
    "ExecSyncRequest": {"container_id": (1, STRING), "cmd": (2, Repeated(STRING)), "timeout": (3, INT)},
    "ExecSyncResponse": {"stdout": (1, BYTES), "stderr": (2, BYTES), "exit_code": (3, INT)},
    "UpdateContainerResourcesRequest": {"container_id": (1, STRING), "linux": (2, "LinuxContainerResources")},
    "UpdateContainerResourcesResponse": {},
    "ContainerStatsRequest": {"container_id": (1, STRING)},
    "ContainerStatsResponse": {"stats": (1, "ContainerStats")},
    "ContainerStats": {"cpu": (2, "CpuUsage"), "memory": (3, "MemoryUsage")},
    "CpuUsage": {"usage_core_nano_seconds": (2, "UInt64Value")},
    "MemoryUsage": {"working_set_bytes": (2, "UInt64Value")},
}
MAP_ENTRY = {"key": (1, STRING), "value": (2, STRING)}


def varint(number):
    number &= (1 << 64) - 1
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def field(number, kind, value):
    """One field on the wire: integers are type 0, all else is length-delimited, type 2."""
    if kind in (INT, BOOL):
        return varint(number << 3) + varint(int(value))
    if kind == STRING:
        data = value.encode()
    elif kind == BYTES:
        data = value
    elif kind == MAP:
        return b"".join(
            field(number, BYTES, encode(MAP_ENTRY, {"key": key, "value": item})) for key, item in value.items()
        )
    elif isinstance(kind, Repeated):
        return b"".join(field(number, kind.kind, item) for item in value)
    else:
        data = encode(MESSAGES[kind], value)
    return varint(number << 3 | 2) + varint(len(data)) + data


def encode(table, message):
    for name in message:
        if name not in table:
            raise SystemExit(f"cri: there is no field '{name}' among {', '.join(table)}")
    return b"".join(field(*table[name], value) for name, value in message.items())


def read_varint(data, at):
    number = shift = 0
    while True:
        byte = data[at]
        at += 1
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return number, at


def fields(data):
    at = 0
    while at < len(data):
        key, at = read_varint(data, at)
        if key & 7 == 0:
            value, at = read_varint(data, at)
        elif key & 7 == 2:
            length, at = read_varint(data, at)
            value, at = data[at : at + length], at + length
        else:
            width = {1: 8, 5: 4}[key & 7]
            value, at = data[at : at + width], at + width
        yield key >> 3, value


def signed(number):
    return number - (1 << 64) if number >> 63 else number


def value_of(kind, raw):
    if kind in (STRING, BYTES):
        return raw.decode(errors="replace")
    if kind == INT:
        return signed(raw)
    if kind == BOOL:
        return bool(raw)
    return decode(MESSAGES[kind], raw)


def empty(kind):
    if isinstance(kind, Repeated):
        return []
    return {STRING: "", BYTES: "", INT: 0, BOOL: False, MAP: {}}.get(kind)


def decode(table, data):
    names = {number: (name, kind) for name, (number, kind) in table.items()}
    message = {name: empty(kind) for name, (_, kind) in table.items()}
    for number, raw in fields(data):
        if number not in names:
            continue
        name, kind = names[number]
        if kind == MAP:
            entry = decode(MAP_ENTRY, raw)
            message[name][entry["key"]] = entry["value"]
        elif isinstance(kind, Repeated):
            message[name].append(value_of(kind.kind, raw))
        else:
            message[name] = value_of(kind, raw)
    return message


def main():
    method = sys.argv[1]
    request = json.loads(sys.argv[2]) if len(sys.argv) > 2 else {}
    with grpc.insecure_channel("unix://" + os.environ["CRI_SOCKET"]) as channel:
        call = channel.unary_unary(
            f"/runtime.v1.RuntimeService/{method}",
            request_serializer=lambda message: encode(MESSAGES[method + "Request"], message),
            response_deserializer=lambda data: decode(MESSAGES[method + "Response"], data),
        )
        try:
            print(json.dumps(call(request, timeout=60)))
        except grpc.RpcError as error:
            print(f"cri: {method}: {error.code().name}: {error.details()}", file=sys.stderr)
            return 1
    return 0


sys.exit(main())
