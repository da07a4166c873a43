"""An engine, and what containers can be started from there."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import pytest

from harness import settings
from harness.containers.server import Order, ServerContainer
from harness.containers.supply import Supply, gather
from harness.errors import EnvironmentFailedError
from harness.images.bases import MOTO, POSTGRES
from tests.harness.images.conftest import client

__all__ = ["client"]


@pytest.fixture(scope="session")
def supply(client) -> Supply:
    try:
        return gather(settings.load().docker_host, [POSTGRES, MOTO])
    except EnvironmentFailedError as error:
        pytest.skip(str(error))


def names(client) -> set[str]:
    """Return the names of all containers, whoever starts and removes some meanwhile."""
    return {name[1:] for found in client.api.containers(all=True) for name in found["Names"]}


@pytest.fixture
def server(supply, client) -> Iterator:
    """A function: shell script -> a server that is one, once the script says "listening"."""
    made = []

    def make(script: str = "", **changes: object) -> ServerContainer:
        usual = {"image": supply.images[POSTGRES], "command": ["sh", "-c", script]}
        order = Order("the tested server", port=5432, listens="listening", **(usual | changes))
        made.append(ServerContainer(supply.docker_host, order))
        return made[-1]

    yield make
    assert names(client) & {one.name for one in made} == set()


@pytest.fixture
def mark() -> str:
    """A name that nothing else in the engine has."""
    return f"test-{secrets.token_hex(4)}"
