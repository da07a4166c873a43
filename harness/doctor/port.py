"""Is the endpoint's port free, and if not, who has it?"""

from __future__ import annotations

import socket
from collections.abc import Iterator

import psutil

from harness.doctor.finding import Checkup, Finding, Level
from harness.errors import EnvironmentFailedError
from harness.state import State

_HOST = "127.0.0.1"


def check(checkup: Checkup) -> Iterator[Finding]:
    if _free(checkup.port):
        yield Finding(Level.OK, "port", f"{checkup.port} is free")
        return
    pid = _listener(checkup.port)
    if pid is not None and pid == _ours(State(checkup.settings.state_dir)):
        yield Finding(Level.OK, "port", f"{checkup.port} is the running environment's")
        return
    remedy = "stop it, or use `harness up --port 0`"
    yield Finding(Level.WARNING, "port", f"{checkup.port} is taken by {_name(pid)}", remedy)


def _ours(state: State) -> int | None:
    try:
        holder = state.holder()
    except EnvironmentFailedError:  # the check of the environment says why
        return None
    return None if holder is None else holder.pid


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_HOST, port))
        except OSError:
            return False
        return True


def _listener(port: int) -> int | None:
    """Return the process that listens on the port, None when it is not ours to know."""
    try:
        connections = psutil.net_connections("tcp")
    except psutil.AccessDenied:
        return None
    return next(
        (
            connection.pid
            for connection in connections
            if connection.status == psutil.CONN_LISTEN
            and connection.laddr
            and connection.laddr.port == port
        ),
        None,
    )


def _name(pid: int | None) -> str:
    if pid is None:
        return "a process of another user"
    try:
        return f"process {pid} ({psutil.Process(pid).name()})"
    except psutil.NoSuchProcess:
        return f"process {pid}, which has just ended"
