"""What a killed process left in a real engine is removed, and nothing else."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from dataclasses import replace

import pytest

from harness import settings
from harness.containers.ownership import Owner
from harness.containers.reaper import reap
from harness.images.bases import POSTGRES
from harness.process_id import ProcessId
from tests.harness.containers.conftest import names

pytestmark = pytest.mark.docker

_OWNER = """
import asyncio, sys
from harness import settings
from harness.containers.ownership import Owner
from harness.containers.server import Order, ServerContainer
from harness.containers.supply import gather
from harness.images.bases import POSTGRES
from harness.images.engine import connect

async def main():
    host, mark = settings.load().docker_host, sys.argv[1]
    supply = gather(host, [POSTGRES])
    script = ["sh", "-c", "echo listening; exec sleep infinity"]
    order = Order("x", supply.images[POSTGRES], 5432, "listening", command=script)
    server = ServerContainer(host, order)
    await server.start(60)
    client = connect(host)
    client.networks.create(mark, labels=Owner.ours().labels())
    client.volumes.create(mark, labels=Owner.ours().labels())
    print(server.name, flush=True)
    input()

asyncio.run(main())
"""


@pytest.fixture
def owner(client, supply, mark):
    """A process with a container, a network and a volume, and nothing of ours in its environment.

    Yields (process, name of the container, name of the others); it is ended by the test or here.
    """
    loaded = settings.load()
    environment = {**loaded.inherited, "DOCKER_HOST": loaded.docker_host}
    process = subprocess.Popen(
        [sys.executable, "-c", _OWNER, mark],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        yield process, process.stdout.readline().strip(), mark
        process.kill()
    reap(client)


@pytest.fixture
def there(client):
    """A function: name of a container, name of others -> which of the three the engine has."""

    def look(container, others):
        listed = {
            "container": names(client),
            "network": {network.name for network in client.networks.list()},
            "volume": {volume.name for volume in client.volumes.list()},
        }
        wanted = {"container": container, "network": others, "volume": others}
        return {kind for kind, name in wanted.items() if name in listed[kind]}

    return look


def test_what_a_killed_process_left_is_removed_and_what_a_living_one_has_stays(
    owner, client, there
):
    process, container, others = owner
    reap(client)
    assert there(container, others) == {"container", "network", "volume"}
    process.kill()
    process.wait()
    reap(client)
    assert there(container, others) == set()


def test_what_its_own_process_ends_with_is_removed_too(owner, client, there):
    process, container, others = owner
    ours = Owner(ProcessId.of(process.pid), socket.gethostname())
    reap(client, lambda found: found == ours)
    assert there(container, others) == set()


def test_nothing_else_was_started_for_it(owner, client):
    """No reaper of Testcontainers: what its session made are our containers."""
    _, name, _ = owner
    session = client.containers.get(name).labels["org.testcontainers.session-id"]
    of_session = {"label": f"org.testcontainers.session-id={session}"}
    found = client.api.containers(all=True, filters=of_session)
    assert [one["Names"] for one in found] == [[f"/{name}"]]
    assert f"testcontainers-ryuk-{session}" not in names(client)


def test_what_another_machine_made_stays(supply, client, mark):
    ended = replace(Owner.ours(), process=ProcessId(os.getpid(), 1.0))
    labels = {
        f"{mark}-here": ended.labels(),
        f"{mark}-elsewhere": replace(ended, machine="elsewhere").labels(),
    }
    for name, owners in labels.items():
        client.containers.create(supply.images[POSTGRES].id, name=name, labels=owners)
    reap(client)
    try:
        assert names(client) & labels.keys() == {f"{mark}-elsewhere"}
    finally:
        client.containers.get(f"{mark}-elsewhere").remove()
