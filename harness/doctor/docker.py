"""Does a Docker engine answer? Only the container runtime needs one."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterator
from urllib.parse import SplitResult, urlsplit

from harness.doctor.finding import Checkup, Finding, Level

_TIMEOUT_S = 2.0
_TCP_PORT = 2375


def check(checkup: Checkup) -> Iterator[Finding]:
    host = checkup.settings.docker_host
    address = urlsplit(host)
    if address.scheme not in {"unix", "tcp", "http"}:
        detail = f"DOCKER_HOST={host} is not checked: only unix:// and tcp:// are"
        yield Finding(Level.WARNING, "Docker", detail)
        return
    try:
        yield _answer(host, _ping(address))
    except OSError as error:
        detail, remedy = explain(error, host)
        yield Finding(Level.WARNING, "Docker", f"{detail}; containers are left out", remedy)


def explain(error: OSError, host: str) -> tuple[str, str]:
    """Return what it means that the engine cannot be reached, and what to do."""
    if isinstance(error, FileNotFoundError):
        return f"no engine at {host}", "install Docker, or set DOCKER_HOST"
    if isinstance(error, PermissionError):
        return f"you may not use the engine at {host}", "add yourself to the group `docker`"
    if isinstance(error, ConnectionRefusedError):
        return f"the engine at {host} is not running", "start the Docker service"
    return f"the engine at {host} does not answer ({error})", "check DOCKER_HOST"


def _answer(host: str, status: int) -> Finding:
    if status == http.HTTPStatus.OK:
        return Finding(Level.OK, "Docker", f"the engine at {host} answers")
    detail = f"the engine at {host} answered {status}"
    return Finding(Level.WARNING, "Docker", detail, "check the Docker service")


def _ping(address: SplitResult) -> int:
    """Return the status of GET /_ping; raises `OSError`."""
    connection = http.client.HTTPConnection("docker", timeout=_TIMEOUT_S)
    connection.sock = _connected(address)
    try:
        connection.request("GET", "/_ping")
        return connection.getresponse().status
    except http.client.HTTPException as error:
        raise ConnectionError(f"not HTTP: {error}") from error
    finally:
        connection.close()


def _connected(address: SplitResult) -> socket.socket:
    if address.scheme != "unix":
        host, port = address.hostname or "127.0.0.1", address.port or _TCP_PORT
        return socket.create_connection((host, port), timeout=_TIMEOUT_S)
    connected = socket.socket(socket.AF_UNIX)
    try:
        connected.settimeout(_TIMEOUT_S)
        connected.connect(address.path)
    except OSError:
        connected.close()
        raise
    return connected
