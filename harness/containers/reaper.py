"""Removes what the engine still has of processes that have ended, however they ended."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from functools import partial
from http import HTTPStatus
from typing import Any

from docker import DockerClient
from docker.errors import APIError

from harness.containers.ownership import LABEL, Owner

Ended = Callable[[Owner], bool]


def of_ended_processes(owner: Owner) -> bool:
    """Tell whether the owner was a process of this machine that has ended."""
    return owner.gone(socket.gethostname())


def of_this_process_too(owner: Owner) -> bool:
    """Tell whether the owner has ended, or is this process, which is about to."""
    return owner == Owner.ours() or of_ended_processes(owner)


def reap(client: DockerClient, ended: Ended = of_ended_processes) -> int:
    """Remove containers, networks and volumes whose owner has `ended`; return how many.

    Blocks; about 0.2 s for each container that runs. One that somebody else removes meanwhile does
    no harm.
    """
    labelled = {"label": LABEL}
    containers = _orphans(client.containers.list(all=True, sparse=True, filters=labelled), ended)
    networks = _orphans(client.networks.list(filters=labelled), ended)
    volumes = _orphans(client.volumes.list(filters=labelled), ended)
    for container in containers:
        _gone(partial(container.remove, force=True, v=True))
    for found in (*networks, *volumes):
        _gone(found.remove)
    return len(containers) + len(networks) + len(volumes)


def _orphans(found: Iterable[Any], ended: Ended) -> list[Any]:
    return [one for one in found if (owner := Owner.of(one.attrs["Labels"] or {})) and ended(owner)]


def _gone(remove: Callable[[], None]) -> None:
    try:
        remove()
    except APIError as error:  # somebody was quicker, or is at it
        if error.status_code not in (HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT):
            raise
