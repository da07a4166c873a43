"""The Docker engine: whether it answers, why not, and a client for it."""

from __future__ import annotations

import contextlib
import http.client
import socket
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from harness.images.errors import EngineError

if TYPE_CHECKING:
    from docker import DockerClient

_PING_TIMEOUT_S = 2.0
_ATTACH_TIMEOUT_S = 60.0
TIMEOUT_S = 600.0  # a build says nothing while one of its commands runs
_TCP_PORT = 2375
_PINGED = {"unix", "tcp", "http"}


def connect(host: str, timeout_s: float = TIMEOUT_S) -> DockerClient:
    """Return a client of the engine at `host`; raises `EngineError`.

    timeout_s: how long the engine may say nothing.
    """
    if can_be_pinged(host):
        _demand(host)
    try:
        import docker
    except ModuleNotFoundError as error:
        raise EngineError(
            "the Docker SDK for Python is not installed; run `make setup`, "
            "or install the extra `docker` of this project"
        ) from error
    try:
        return docker.DockerClient(base_url=host, version="auto", timeout=timeout_s)
    except docker.errors.DockerException as error:
        raise EngineError(f"the engine at {host} cannot be used: {error}") from error


@contextlib.contextmanager
def answering(when: str) -> Iterator[None]:
    """Turn the end of a connection to the engine into an `EngineError`."""
    from requests import ConnectionError as Broken
    from requests import Timeout
    from requests.exceptions import ChunkedEncodingError
    from urllib3.exceptions import HTTPError

    try:
        yield
    except (Broken, Timeout, ChunkedEncodingError, HTTPError) as error:
        raise EngineError(
            f"the engine stopped answering {when} ({error}); look at the Docker service, then run "
            "this again"
        ) from error


def can_be_pinged(host: str) -> bool:
    return urlsplit(host).scheme in _PINGED


def ping(host: str) -> int:
    """Return the status of GET /_ping; raises `OSError`."""
    connection = http.client.HTTPConnection("docker", timeout=_PING_TIMEOUT_S)
    connection.sock = _connected(urlsplit(host))
    try:
        connection.request("GET", "/_ping")
        return connection.getresponse().status
    except http.client.HTTPException as error:
        raise ConnectionError(f"not HTTP: {error}") from error
    finally:
        connection.close()


def attached(host: str, container: str) -> socket.socket:
    """Return what a container that is not started yet will write, its streams in one.

    Not by the SDK: nobody could close its connection. Raises `EngineError`.
    """
    connection = http.client.HTTPConnection("docker")
    path = f"/containers/{container}/attach?stdout=1&stderr=1&stream=1"
    try:
        connection.sock = _connected(urlsplit(host))
        connection.sock.settimeout(_ATTACH_TIMEOUT_S)
        connection.request("POST", path, headers={"Connection": "Upgrade", "Upgrade": "tcp"})
        status = connection.getresponse().status
        if status != http.HTTPStatus.SWITCHING_PROTOCOLS:
            raise EngineError(
                f"the engine at {host} does not show what {container} writes: {status}"
            )
        return connection.sock.dup()
    except (OSError, http.client.HTTPException) as error:
        raise EngineError(f"the engine at {host} does not answer ({error})") from error
    finally:
        connection.close()


def explain(error: OSError, host: str) -> tuple[str, str]:
    """Return what it means that the engine cannot be reached, and what to do."""
    if isinstance(error, FileNotFoundError):
        return f"no engine at {host}", "install Docker, or set DOCKER_HOST"
    if isinstance(error, PermissionError):
        return f"you may not use the engine at {host}", "add yourself to the group `docker`"
    if isinstance(error, ConnectionRefusedError):
        return f"the engine at {host} is not running", "start the Docker service"
    return f"the engine at {host} does not answer ({error})", "check DOCKER_HOST"


def _demand(host: str) -> None:
    try:
        status = ping(host)
    except OSError as error:
        raise EngineError("; ".join(explain(error, host))) from error
    if status != http.HTTPStatus.OK:
        raise EngineError(f"the engine at {host} answered {status}; check the Docker service")


def _connected(address: SplitResult) -> socket.socket:
    if address.scheme != "unix":
        host, port = address.hostname or "127.0.0.1", address.port or _TCP_PORT
        return socket.create_connection((host, port), timeout=_PING_TIMEOUT_S)
    connected = socket.socket(socket.AF_UNIX)
    try:
        connected.settimeout(_PING_TIMEOUT_S)
        connected.connect(address.path)
    except OSError:
        connected.close()
        raise
    return connected
