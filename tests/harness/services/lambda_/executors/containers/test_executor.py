"""Sandboxes in real containers, of a zip function on the base of our images."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from harness import settings
from harness.containers import leftovers
from harness.containers.ownership import LABEL
from harness.database.url import DatabaseUrl
from harness.errors import AwsError, UsageError
from harness.services.lambda_.execution import Reachable
from harness.services.lambda_.executors.containers.executor import ContainerExecutor
from harness.services.lambda_.function import ImageConfig
from harness.services.lambda_.launch import Launcher
from harness.services.lambda_.sandbox import Sandbox, SandboxState
from harness.state import State
from tests.harness.services.lambda_.examples import function
from tests.harness.services.lambda_.executors.staging import invoke, launcher, written

pytestmark = pytest.mark.docker

MB = 1024 * 1024
BASES = ("lambda-python:3.13", "debian:13")
HANDLER = """
import multiprocessing, os, socket, sys, threading
from pathlib import Path

def handler(event, context):
    match (event or ["look"])[0]:
        case "exit":
            print("before the end")
            sys.exit("last words")
        case "eat":
            held = bytearray(200 << 20)
            held[::4096] = b"x" * len(held[::4096])
            threading.Event().wait()
        case "share":
            try:
                multiprocessing.Queue()
            except OSError as error:
                return type(error).__name__
        case "hang":
            threading.Event().wait()
        case "fill":
            with open("/tmp/large", "wb") as file:
                for _ in range(event[1]):
                    file.write(bytes(1 << 20))
        case "connect":
            try:
                with socket.create_connection((event[1], event[2]), event[3]) as peer:
                    peer.sendall(b"ping")
                    peer.shutdown(socket.SHUT_WR)
                    return peer.makefile().read()
            except OSError as error:
                return type(error).__name__
    return {"uid": os.getuid(), "tmp": sorted(os.listdir("/tmp")), "home": os.environ.get("HOME"),
            "capabilities": [line for line in open("/proc/self/status") if line.startswith("Cap")]}
"""


@dataclass
class Stage:
    executor: ContainerExecutor
    launcher: Launcher
    log: list[str]
    port: int

    async def sandbox(self, **settings: Any) -> Sandbox:
        of = replace(function(Runtime="python3.13"), handler="h.handler", **settings)
        return await self.launcher.launch(of)


async def _echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(await reader.read())
    writer.close()


@pytest.fixture
def staged(tmp_path: Path, built: Callable[..., object]) -> Callable[..., None]:
    built("lambda-python")
    code = written(tmp_path, HANDLER)

    def run(work: Callable[[Stage], Awaitable[None]]) -> None:
        async def guarded() -> None:
            state = State(tmp_path / "state")
            state.claim()
            leftovers.note(state.directory, settings.load().docker_host)
            log: list[str] = []
            executor = ContainerExecutor(state, settings.load().docker_host)
            server = await asyncio.start_server(_echo, "127.0.0.1", 0)
            port = server.sockets[0].getsockname()[1]
            database = DatabaseUrl("127.0.0.1", port + 1, "d", "u", "p")
            starting = launcher(executor, code, state.path("sandboxes"), log)
            try:
                async with asyncio.timeout(60):
                    await executor.prepare(Reachable(port, database, port))
                    await work(Stage(executor, starting, log, port))
            finally:
                await executor.close()
                server.close()
                state.clean()

        asyncio.run(guarded())

    return run


def test_a_function_is_nobody_and_has_nothing(staged):
    async def work(stage: Stage) -> None:
        sandbox = await stage.sandbox()
        found = await invoke(sandbox)
        assert (found["uid"], found["tmp"], found["home"]) == (993, [], None)
        assert {line.split()[1] for line in found["capabilities"]} == {"0" * 16}
        await sandbox.kill()

    staged(work)


def test_what_the_engine_is_told_of_a_function(staged, client):
    async def work(stage: Stage) -> None:
        sandbox = await stage.sandbox(memory_mb=1769)
        await invoke(sandbox)
        (found,) = ours(client, "lambda-f-")
        await happened(client, found, "update")  # to its share of CPU, once init was over
        config = found.attrs["HostConfig"]
        assert config["Memory"] == config["MemorySwap"] == (1769 + 512) * MB
        assert (config["CpuQuota"], config["CpuPeriod"]) == (100_000, 100_000)
        assert (config["ReadonlyRootfs"], config["PidsLimit"]) == (True, 1024)
        assert config["CapDrop"] == ["ALL"]
        assert config["SecurityOpt"] == ["no-new-privileges"]
        assert found.attrs["Config"]["Labels"][LABEL] == str(os.getpid())
        await sandbox.kill()
        assert ours(client, "lambda-f-") == []

    staged(work)


def ours(client: Any, name: str) -> list[Any]:
    labelled = {"label": f"{LABEL}={os.getpid()}", "name": name}
    return list(client.containers.list(all=True, filters=labelled))


async def happened(client: Any, container: Any, event: str) -> None:
    """Wait until the engine tells of the event, which may have been before."""
    filters = {"event": event, "container": container.id}
    events = client.events(decode=True, filters=filters, since=1)
    await asyncio.to_thread(next, iter(events))
    events.close()
    container.reload()


def test_nothing_is_left_of_any_of_it(staged, client):
    async def work(stage: Stage) -> None:
        await (await stage.sandbox()).kill()

    staged(work)
    assert ours(client, "") == []
    assert client.volumes.list(filters={"label": f"{LABEL}={os.getpid()}"}) == []


def test_it_is_paused_between_invocations_and_goes_on(staged, client):
    async def work(stage: Stage) -> None:
        sandbox = await stage.sandbox()
        await invoke(sandbox)
        (found,) = ours(client, "lambda-f-")
        await happened(client, found, "pause")
        assert found.status == "paused"
        assert (await invoke(sandbox))["uid"] == 993
        await sandbox.kill()

    staged(work)


def test_1_7_6_a_reset_takes_the_container_and_keeps_tmp_and_the_log(staged, client):
    async def work(stage: Stage) -> None:
        sandbox = await stage.sandbox(timeout_s=1)
        await invoke(sandbox, ["fill", 1])
        (before,) = ours(client, "lambda-f-")
        error = await invoke(sandbox, ["hang"])
        assert error["errorType"] == "Sandbox.Timedout"
        assert sandbox.state is SandboxState.RESET
        assert (await invoke(sandbox))["tmp"] == ["large"]
        (after,) = ours(client, "lambda-f-")
        assert after.id != before.id
        await sandbox.kill()

    staged(work)


def test_last_words_are_logged(staged):
    async def work(stage: Stage) -> None:
        sandbox = await stage.sandbox()
        error = await invoke(sandbox, ["exit"])
        assert "exit status 1" in error["errorMessage"]
        await sandbox.kill()
        assert {"before the end", "last words"} <= set(stage.log)

    staged(work)


def test_1_12_too_much_memory_is_a_kill(staged):
    async def work(stage: Stage) -> None:
        sandbox = await stage.sandbox(memory_mb=128, timeout_s=20)
        error = await invoke(sandbox, ["eat"])
        assert error == {
            "errorType": "Runtime.ExitError",
            "errorMessage": "RequestId: id-1 Error: Runtime exited with error: signal: killed",
        }
        assert sandbox.peak_memory_mb == 128
        await sandbox.kill()

    staged(work)


def test_files_in_tmp_are_no_memory_of_the_function_and_end_at_its_size(staged):
    async def work(stage: Stage) -> None:
        sandbox = await stage.sandbox(memory_mb=128, timeout_s=60)
        assert (await invoke(sandbox, ["fill", 300]))["tmp"] == ["large"]
        full = await invoke(sandbox, ["fill", 600])
        assert (full["errorType"], "[Errno 28]" in full["errorMessage"]) == ("OSError", True)
        await sandbox.kill()

    staged(work)


def test_a_function_reaches_its_ways_and_nothing_else(staged):
    async def work(stage: Stage) -> None:
        sandbox = await stage.sandbox(timeout_s=20)
        assert await invoke(sandbox, ["connect", "127.0.0.1", stage.port, 5]) == "ping"
        hole = int(stage.executor.nowhere().rpartition(":")[2])
        assert await invoke(sandbox, ["connect", "127.0.0.1", hole, 0.5]) == "TimeoutError"
        assert await invoke(sandbox, ["connect", "127.0.0.1", 1, 5]) == "ConnectionRefusedError"
        assert await invoke(sandbox, ["connect", "192.0.2.1", 80, 5]) == "OSError"  # no network
        await sandbox.kill()

    staged(work)


def test_there_is_no_shared_memory(staged):
    async def work(stage: Stage) -> None:
        sandbox = await stage.sandbox()
        assert await invoke(sandbox, ["share"]) == "FileNotFoundError"
        await sandbox.kill()

    staged(work)


def test_files_that_only_their_owner_may_read_are_no_use(staged, tmp_path):
    (tmp_path / "code" / "h.py").chmod(0o600)

    async def work(stage: Stage) -> None:
        sandbox = await stage.sandbox()
        error = await invoke(sandbox)
        assert error["errorMessage"] == "[Errno 13] Permission denied: '/var/task/h.py'"
        await sandbox.kill()

    staged(work)


def test_a_tag_that_moves_changes_nothing_until_the_code_is_updated(staged, client):
    uri = f"localhost/harness-test/{secrets.token_hex(4)}:moving"

    async def work(stage: Stage) -> None:
        bases = [client.images.get(f"localhost/lambda-pipeline-harness/{name}") for name in BASES]
        digests = []
        for base in bases:
            base.tag(uri)
            digests.append(await stage.executor.digest(uri))
        assert [f"sha256:{digest}" for digest in digests] == [base.id for base in bases]
        created = replace(function(), image_uri=uri, image_digest=digests[0])
        sandbox = await stage.launcher.launch(replace(created, handler="none.handler"))
        error = await invoke(sandbox)
        assert error["errorType"] == "Runtime.ImportModuleError"  # it has a runtime client
        await sandbox.kill()

    try:
        staged(work)
    finally:
        client.images.remove(uri)


def test_an_image_may_be_started_in_another_way(staged, client):
    async def work(stage: Stage) -> None:
        base = client.images.get("localhost/lambda-pipeline-harness/lambda-python:3.13")
        config = ImageConfig(
            ("/var/lang/bin/python3.13", "-c"), ("import os; os._exit(7)",), "/opt"
        )
        sandbox = await stage.launcher.launch(
            replace(
                function(),
                handler="",
                image_uri="any",
                image_digest=base.id.removeprefix("sha256:"),
                image_config=config,
            )
        )
        assert "exit status 7" in (await invoke(sandbox))["errorMessage"]
        await sandbox.kill()

    staged(work)


def test_an_image_that_is_not_there_is_refused_as_on_aws(staged):
    async def work(stage: Stage) -> None:
        with pytest.raises(AwsError, match="Provide a valid source image"):
            await stage.executor.digest("nobody/knows:v1")

    staged(work)


def test_a_pod_that_ends_takes_its_sandbox_and_no_other_with_it(staged, client):
    async def work(stage: Stage) -> None:
        sandbox = await stage.sandbox(timeout_s=20)
        await invoke(sandbox)
        network = ours(client, "lambda-f-")[0].attrs["HostConfig"]["NetworkMode"]
        client.api.kill(network.partition(":")[2])
        assert (await invoke(sandbox))["errorType"] == "Runtime.ExitError"
        with pytest.raises(AwsError, match="the Docker engine cannot do it"):
            await invoke(sandbox)
        assert sandbox.state is SandboxState.DEAD
        another = await stage.sandbox()
        assert (await invoke(another))["uid"] == 993
        await another.kill()

    staged(work)


def test_a_database_elsewhere_cannot_be_reached(tmp_path):
    executor = ContainerExecutor(State(tmp_path), "unix:///nowhere")
    elsewhere = Reachable(1, DatabaseUrl("db.example", 5432, "d", "u", "p"), 1)
    with pytest.raises(UsageError, match=r"--runtime docker cuts functions off from .* db.example"):
        asyncio.run(executor.prepare(elsewhere))
