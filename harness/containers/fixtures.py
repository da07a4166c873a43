"""Servers in containers for tests: each a context manager, the body of a fixture of pytest.

    @pytest.fixture(scope="session")
    def database():
        with fixtures.postgres("unix:///var/run/docker.sock") as url:
            yield url

Both raise `EnvironmentFailedError` where no engine answers or an image is missing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from harness.containers.supply import Supply, gather
from harness.control_plane.container import ContainerMoto
from harness.database.container import ContainerPostgres
from harness.database.url import DatabaseUrl
from harness.images.bases import MOTO, POSTGRES


@contextmanager
def postgres(docker_host: str) -> Iterator[DatabaseUrl]:
    """Yield where a new database with the extension `vector` is."""
    server = ContainerPostgres(gather(docker_host, [POSTGRES]))
    with asyncio.Runner() as runner:
        try:
            yield runner.run(server.start())
        finally:
            runner.run(server.stop())


@contextmanager
def moto(docker_host: str) -> Iterator[str]:
    """Yield the URL of a new moto server."""
    supply = gather(docker_host, [MOTO])
    with asyncio.Runner() as runner:
        server = runner.run(_spawned(supply))
        try:
            runner.run(server.ready())
            yield f"http://{server.describe()['address']}"
        finally:
            runner.run(server.stop())


async def _spawned(supply: Supply) -> ContainerMoto:
    server = ContainerMoto(supply)  # in the loop that it will live in
    await server.spawn()
    return server
