"""A sandbox whose process the test plays, over the real Runtime API."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from harness.clock import ManualClock
from harness.services.lambda_.outcome import Outcome, exited, succeeded, timed_out, too_large
from harness.services.lambda_.output import Output
from harness.services.lambda_.runtime_api import RESPONSE_LIMIT, Invocation, RuntimeApi
from harness.services.lambda_.sandbox import Sandbox, SandboxState
from harness.services.lambda_.variables import Place
from tests.harness.services.lambda_.examples import ARN, REGION, function
from tests.harness.services.lambda_.test_runtime_api import NEXT, post
from tests.harness.streams import Client, connected

AT_ONCE_S = 0.01  # a limit that passes while nothing else is waited for
PATIENT = replace(function(), timeout_s=60)
HASTY = replace(function(), timeout_s=AT_ONCE_S)


class Process:
    """A process that does nothing by itself; it is also what starts it."""

    interpreter = Path("/bin/python")

    def __init__(self) -> None:
        self.exited: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.signals: list[str] = []
        self.variables: dict[str, str] = {}
        self.started = asyncio.Event()

    async def start(
        self,
        interpreter: Path,
        handler: str,
        task_root: Path,
        variables: dict[str, str],
        output: Output,
    ) -> Process:
        self.variables = variables
        self.started.set()
        return self

    def peak_memory_mb(self) -> int:
        return 36

    def freeze(self) -> None:
        self.signals.append("freeze")

    def thaw(self) -> None:
        self.signals.append("thaw")

    async def kill(self) -> int:
        self.signals.append("kill")
        if not self.exited.done():
            self.exited.set_result(-9)
        return self.exited.result()


class Stage:
    """A sandbox, its process, and the runtime's connection to it."""

    def __init__(self, directory: Path, of: object, api: RuntimeApi, address: str) -> None:
        self.process = Process()
        self.directory = directory
        self.lines: list[str] = []
        self.output = Output(self.lines.append)
        self._address = address
        place = Place(
            task_root=directory,
            temporary=directory,
            interpreter=self.process.interpreter,
            runtime_api=address,
            endpoint_url="http://127.0.0.1:4566",
            region=REGION,
            log_stream="stream",
            telemetry_descriptor=self.output.telemetry,
        )
        self.sandbox = Sandbox(of, place, directory, self.output, api, ManualClock())

    def starting(self, limit_s: float = 60.0) -> asyncio.Future[Outcome | None]:
        return asyncio.ensure_future(self.sandbox.start(self.process, "h.h", limit_s, "id-1"))

    def runtime(self) -> Awaitable[Client]:
        return connected(int(self._address.rpartition(":")[2]))

    def invoking(self) -> asyncio.Future[object]:
        invocation = Invocation("id-1", b"{}", 1, ARN, "Root=1-x")
        return asyncio.ensure_future(self.sandbox.invoke(invocation))


@pytest.fixture
def staged(tmp_path: Path) -> Callable[..., None]:
    """Run a test's work with a sandbox of its own, which is dead and gone afterwards."""

    def run(work: Callable[[Stage], Awaitable[None]], of: object = PATIENT) -> None:
        async def guarded() -> None:
            directory = tmp_path / "sandbox"
            directory.mkdir()
            api = RuntimeApi()
            stage = Stage(directory, of, api, await api.start())
            async with asyncio.timeout(20):
                await work(stage)
            await stage.sandbox.kill()
            assert stage.sandbox.state is SandboxState.DEAD
            assert stage.process.signals.count("kill") == 1
            assert not directory.exists()

        asyncio.run(guarded())

    return run


async def ready(stage: Stage, client: Client) -> None:
    starting = stage.starting()
    client.send(NEXT)
    assert await starting is None


def test_a_sandbox_is_ready_when_its_runtime_asks_for_work(staged):
    async def work(stage: Stage) -> None:
        async with stage.runtime() as client:
            await ready(stage, client)
        assert stage.sandbox.state is SandboxState.IDLE
        assert stage.sandbox.init_ms == 0.0
        assert stage.process.variables["_HANDLER"] == "h.h"
        assert stage.process.signals == []

    staged(work)


@pytest.mark.parametrize("code", [0, 3, -9])
def test_an_exit_while_it_starts(staged, code):
    async def work(stage: Stage) -> None:
        starting = stage.starting()
        await stage.process.started.wait()
        stage.process.exited.set_result(code)
        assert await starting == exited("id-1", code)
        assert stage.sandbox.state is SandboxState.DEAD

    staged(work)


def test_a_start_that_takes_too_long(staged):
    async def work(stage: Stage) -> None:
        assert await stage.starting(AT_ONCE_S) == timed_out("id-1", 0)

    staged(work)


def test_a_start_whose_failure_the_runtime_reports(staged):
    async def work(stage: Stage) -> None:
        starting = stage.starting()
        async with stage.runtime() as client:
            await client.exchange(post("init/error", b'{"a": 1}', "Runtime.ImportModuleError"))
            assert await starting == Outcome("error", b'{"a": 1}', "Runtime.ImportModuleError")

    staged(work)


def test_between_invocations_it_is_frozen(staged):
    async def work(stage: Stage) -> None:
        async with stage.runtime() as client:
            await ready(stage, client)
            for number in (1, 2):
                invoking = stage.invoking()
                await client.answer()
                assert stage.sandbox.state is SandboxState.BUSY
                await client.exchange(post("invocation/id-1/response", b"%d" % number))
                settled = await invoking
                assert settled.outcome == succeeded(b"%d" % number)
                assert settled.max_memory_mb == 36
                client.send(NEXT)
                await stage.sandbox.settle()
                assert stage.sandbox.state is SandboxState.IDLE
        assert stage.process.signals == ["thaw", "freeze", "thaw", "freeze"]

    staged(work)


def test_a_time_out_kills_it(staged):
    async def work(stage: Stage) -> None:
        async with stage.runtime() as client:
            await ready(stage, client)
            settled = await stage.invoking()
        assert settled.outcome == timed_out("id-1", HASTY.timeout_s)
        assert stage.process.signals == ["thaw", "kill"]

    staged(work, HASTY)


def test_an_exit_during_an_invocation_ends_it(staged):
    async def work(stage: Stage) -> None:
        async with stage.runtime() as client:
            await ready(stage, client)
            invoking = stage.invoking()
            await client.answer()
            stage.process.exited.set_result(1)
            assert (await invoking).outcome == exited("id-1", 1)
        assert stage.sandbox.state is SandboxState.DEAD

    staged(work)


def test_an_exit_after_the_answer_is_found_while_settling(staged):
    async def work(stage: Stage) -> None:
        async with stage.runtime() as client:
            await ready(stage, client)
            invoking = stage.invoking()
            await client.answer()
            await client.exchange(post("invocation/id-1/response", b"1"))
            assert (await invoking).outcome == succeeded(b"1")
        stage.process.exited.set_result(0)
        await stage.sandbox.settle()
        assert stage.sandbox.state is SandboxState.DEAD

    staged(work)


def test_an_exit_while_idle_is_noticed(staged):
    async def work(stage: Stage) -> None:
        async with stage.runtime() as client:
            await ready(stage, client)
            assert not stage.sandbox.ended
            stage.process.exited.set_result(-9)
            assert stage.sandbox.ended

    staged(work)


def test_a_response_beyond_the_limit_kills_it(staged):
    async def work(stage: Stage) -> None:
        async with stage.runtime() as client:
            await ready(stage, client)
            invoking = stage.invoking()
            await client.answer()
            client.send(post("invocation/id-1/response", b"x" * (RESPONSE_LIMIT + 1)))
            _, body = await client.answer()
            assert orjson.loads(body)["errorType"] == "RequestEntityTooLarge"
            assert (await invoking).outcome == too_large()
        assert stage.sandbox.state is SandboxState.DEAD

    staged(work)
