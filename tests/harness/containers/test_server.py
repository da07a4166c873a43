"""Real containers: what an engine does to them cannot be told from a fake."""

from __future__ import annotations

import asyncio
import io
import signal
import tarfile

import pytest

from harness.containers.ownership import Owner
from harness.errors import EnvironmentFailedError
from harness.images.store import ImageStore

pytestmark = pytest.mark.docker

_LONG_S = 60.0
_SERVES = "echo listening; exec sleep infinity"


async def _seen(server, look):
    """Start a server, return what `look` makes of its container, and stop it."""
    await server.start(_LONG_S)
    try:
        return await asyncio.to_thread(look, server.name)
    finally:
        await server.stop()


def test_its_port_is_published_on_loopback_only(server, client):
    attributes = asyncio.run(_seen(server(_SERVES), lambda name: client.containers.get(name).attrs))
    bindings = attributes["NetworkSettings"]["Ports"]
    assert [binding["HostIp"] for binding in bindings["5432/tcp"]] == ["127.0.0.1"]
    assert [port for port, bound in bindings.items() if bound] == ["5432/tcp"]


def test_its_labels_name_this_process(server, client):
    labels = asyncio.run(_seen(server(_SERVES), lambda name: client.containers.get(name).labels))
    assert Owner.of(labels) == Owner.ours()


def test_it_cannot_gain_rights_and_its_log_is_bounded(server, client):
    attributes = asyncio.run(_seen(server(_SERVES), lambda name: client.containers.get(name).attrs))
    assert "no-new-privileges" in attributes["HostConfig"]["SecurityOpt"]
    assert attributes["HostConfig"]["LogConfig"]["Config"]["max-size"] == "10m"


def test_one_that_ends_when_it_starts_is_reported_with_what_it_said(server):
    async def main() -> None:
        failing = server("exec >&2; echo first; echo no room; exit 3")
        with pytest.raises(EnvironmentFailedError, match=r"exit code 3 .*first \| no room"):
            await failing.start(_LONG_S)
        await failing.stop()

    asyncio.run(main())


def test_one_that_ends_later_tells_its_exit_status(server, client):
    async def main() -> int:
        ending = server("trap 'exit 7' TERM; echo listening; while :; do sleep 0.01; done")
        await ending.start(_LONG_S)
        waiting = asyncio.create_task(ending.ended())
        await asyncio.to_thread(client.api.kill, ending.name, signal.SIGTERM)
        status = await waiting
        await ending.stop()
        return status

    assert asyncio.run(main()) == 7


def test_one_that_somebody_removes_has_ended(server, client):
    async def main() -> int:
        removed = server(_SERVES)
        await removed.start(_LONG_S)
        waiting = asyncio.create_task(removed.ended())
        await asyncio.to_thread(client.api.remove_container, removed.name, force=True)
        status = await waiting
        await removed.stop()
        return status

    assert asyncio.run(main()) == 128 + signal.SIGKILL


def test_who_stops_waiting_for_its_end_can_begin_again(server):
    async def main() -> int:
        running = server(_SERVES)
        await running.start(_LONG_S)
        first = asyncio.create_task(running.ended())
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.wait([first])
        second = asyncio.create_task(running.ended())
        await running.stop()
        return await second

    assert asyncio.run(main()) == 128 + signal.SIGKILL


def test_one_that_never_listens_is_given_up(server):
    async def main() -> None:
        silent = server("exec sleep infinity")
        with pytest.raises(EnvironmentFailedError, match=r"did not listen after 0.01 s; look at"):
            await silent.start(0.01)
        await silent.stop()

    asyncio.run(main())


def test_a_start_that_is_cancelled_leaves_nothing(server):
    async def main() -> None:
        cancelled = server("exec sleep infinity")
        starting = asyncio.create_task(cancelled.start(_LONG_S))
        await asyncio.sleep(0)
        starting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await starting
        await cancelled.stop()

    asyncio.run(main())


def test_one_that_was_never_started_can_be_stopped(server):
    asyncio.run(server(_SERVES).stop())


def test_an_image_of_another_architecture_is_explained(server, client, mark):
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as context:
        for name, content in {"Dockerfile": b"FROM scratch\nCOPY p /p\n", "p": b"\x7fELF?"}.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(content), 0o755
            context.addfile(member, io.BytesIO(content))
    archive.seek(0)
    client.images.build(fileobj=archive, custom_context=True, tag=mark, rm=True)

    async def main() -> None:
        foreign = server(image=ImageStore(client).find(mark), command=["/p"])
        with pytest.raises(EnvironmentFailedError, match="programs of this architecture; build"):
            await foreign.start(_LONG_S)
        await foreign.stop()

    try:
        asyncio.run(main())
    finally:
        client.images.remove(mark, force=True)
