"""What `harness up` was asked for."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from pathlib import Path

REGION = "ap-northeast-1"
DEFAULT_PORT = 4566
LOOPBACK = IPv4Address("127.0.0.1")
_SANDBOX_BYTES = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Options:
    """port: 0 for any free one.

    database_url, control_plane_url: of a PostgreSQL, and of a moto server, that somebody else
    runs; "" for one of our own.

    time_scale: divides the waits AWS prescribes, never a function's time-out.
    s3_delivery: how S3 events travel ("off"; see harness.services.s3_events.profile).
    max_sandboxes: of all functions at the same time; further invocations wait.
    isolate: functions run in bubblewrap and reach the endpoint and the database only.
    cpu_share: functions get CPU in proportion to their memory.
    enforce_iam: check the calls of roles and users against their policies.
    vpc: a function in a VPC reaches only what its subnets lead to.
    inherited: the variables every child process of ours may see.
    runtime: "process" or "docker": what sandboxes, control plane and database run in.
    docker_host: address of the engine that the second one needs.
    warm: sandboxes to start ahead of any invocation, by function.
    empty_control_plane: have the moto of control_plane_url forget everything first.
    attached: Runtime API ports by function, of those whose runtimes somebody else starts.
    listen: the address of everything that clients and runtimes connect to.
    api_port: of the HTTP API; xray_port: where functions send their segments; 0 for any free one.
    """

    template: Path
    port: int
    time_scale: float
    max_sandboxes: int
    strict_models: bool
    s3_delivery: str
    database_url: str
    control_plane_url: str
    inherited: Mapping[str, str]
    enforce_iam: bool = False
    vpc: bool = True
    region: str = REGION
    isolate: bool = False
    cpu_share: bool = False
    runtime: str = "process"
    docker_host: str = ""
    warm: Mapping[str, int] = field(default_factory=dict)
    empty_control_plane: bool = False
    attached: Mapping[str, int] = field(default_factory=dict)
    listen: IPv4Address = LOOPBACK
    api_port: int = 0
    xray_port: int = 0


def default_max_sandboxes() -> int:
    """Return what this machine bears: two for each core, and half of its memory at most.

    With eight, the starts of processors took the cores from the backend: uploads waited 2 s.
    """
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return max(4, min(2 * (os.cpu_count() or 1), memory // 2 // _SANDBOX_BYTES))
