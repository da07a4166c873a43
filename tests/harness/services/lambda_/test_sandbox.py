"""A sandbox whose processes the test plays, over the real Runtime API."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from harness.clock import ManualClock
from harness.services.lambda_.outcome import exited, init_failed, succeeded, timed_out, too_large
from harness.services.lambda_.output import Output
from harness.services.lambda_.report import lines_of
from harness.services.lambda_.runtime_api import RESPONSE_LIMIT, Invocation
from harness.services.lambda_.sandbox import Sandbox, SandboxState, Settled
from harness.services.lambda_.shown import Shown
from harness.services.lambda_.variables import Place
from tests.harness.services.lambda_.examples import ARN, REGION, function
from tests.harness.services.lambda_.test_runtime_api import NEXT, post
from tests.harness.streams import Client, connected

AT_ONCE_S = 0.01  # a limit that passes while nothing else is waited for
PATIENT = replace(function(), timeout_s=60)
HASTY = replace(function(), timeout_s=AT_ONCE_S)
IMPORT = init_failed(b'{"a": 1}', "Runtime.ImportModuleError")


class Process:
    """A process that does nothing by itself."""

    def __init__(self, variables: dict[str, str]) -> None:
        self.exited: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.signals: list[str] = []
        self.variables = variables
        self.peak_mb = 36
        self.inits = 0

    def init_over(self) -> None:
        self.inits += 1

    def peak_memory_mb(self) -> int:
        return self.peak_mb

    def freeze(self) -> None:
        self.signals.append("freeze")

    async def thaw(self) -> None:
        self.signals.append("thaw")

    async def kill(self) -> int:
        self.signals.append("kill")
        if not self.exited.done():
            self.exited.set_result(-9)
        return self.exited.result()

    def runtime(self) -> AbstractAsyncContextManager[Client]:
        """Return the connection of the runtime in it, to be entered."""
        return connected(int(self.variables["AWS_LAMBDA_RUNTIME_API"].rpartition(":")[2]))


class Enclosure:
    """Starts processes; `next_started` waits for one and returns it."""

    task_root = Path("/var/task")
    variables: Mapping[str, str] = {}

    def __init__(self) -> None:
        self.processes: list[Process] = []
        self.removed = 0
        self._started: asyncio.Queue[Process] = asyncio.Queue()

    def runtime_api(self) -> None:
        return None

    async def start(self, handler: str, variables: dict[str, str], output: Output) -> Process:
        self.processes.append(Process(variables))
        self._started.put_nowait(self.processes[-1])
        return self.processes[-1]

    async def next_started(self) -> Process:
        return await self._started.get()

    async def remove(self) -> None:
        self.removed += 1


class Stage:
    """A sandbox and what it runs in; `log` has what it wrote."""

    def __init__(self, of: object, connections: AsyncExitStack) -> None:
        self.enclosure = Enclosure()
        self.connections = connections
        self.log: list[str] = []
        place = Place(
            endpoint_url="http://127.0.0.1:4566",
            region=REGION,
            log_stream="stream",
        )
        shown = Shown(self.enclosure.task_root)
        output = Output(self.log.append, shown)
        lines, clock = lines_of(of, REGION), ManualClock()
        self.sandbox = Sandbox(of, "h.h", place, self.enclosure, output, lines, shown, clock)

    def starting(self, limit_s: float = 60.0) -> asyncio.Future[None]:
        return asyncio.ensure_future(self.sandbox.start(limit_s))

    def invoking(self) -> asyncio.Future[Settled]:
        invocation = Invocation("id-1", b"{}", 1, ARN, "Root=1-x")
        run = self.sandbox.invoke(invocation, lambda: self.log.append("started"))
        return asyncio.ensure_future(run)

    async def ready(self) -> tuple[Process, Client]:
        """Let the first process come up; return it and the connection of its runtime."""
        starting = self.starting()
        process = await self.enclosure.next_started()
        client = await self.connections.enter_async_context(process.runtime())
        client.send(NEXT)
        await starting
        assert self.sandbox.state is SandboxState.IDLE
        return process, client

    async def answered(self, client: Client, body: bytes) -> Settled:
        """Let an invocation be answered by the runtime."""
        invoking = self.invoking()
        await client.answer()
        await client.exchange(post("invocation/id-1/response", body))
        return await invoking


def staged(work: Callable[[Stage], Awaitable[None]], of: object = PATIENT) -> None:
    """Run a test's work with a sandbox of its own, which is dead and gone afterwards."""

    async def guarded() -> None:
        async with asyncio.timeout(20), AsyncExitStack() as connections:
            stage = Stage(of, connections)
            try:
                await work(stage)
            finally:
                await stage.sandbox.kill()
                await stage.sandbox.kill()
        assert stage.sandbox.state is SandboxState.DEAD
        assert stage.enclosure.removed == 1
        for process in stage.enclosure.processes:
            assert process.signals.count("kill") == 1

    asyncio.run(guarded())


def test_a_sandbox_is_ready_when_its_runtime_asks_for_work():
    async def work(stage: Stage) -> None:
        process, _ = await stage.ready()
        assert stage.sandbox.init_ms == 0.0
        assert process.variables["_HANDLER"] == "h.h"
        assert process.signals == []
        assert [line.split()[0] for line in stage.log] == ["INIT_START"]

    staged(work)


@pytest.mark.parametrize(
    ("how", "status"),
    [
        ("exit", "Status: error\tError Type: Runtime.ExitError"),
        ("time-out", "Status: timeout"),
        ("error", "Status: error\tError Type: Runtime.ImportModuleError"),
    ],
)
def test_a_failed_init_is_left_to_the_first_invocation(how, status):
    """It inits again, within the function's own time-out: "suppressed init" (§1.7.1)."""

    async def work(stage: Stage) -> None:
        starting = stage.starting(AT_ONCE_S if how == "time-out" else 60.0)
        process = await stage.enclosure.next_started()
        if how == "exit":
            process.exited.set_result(3)
        if how == "error":
            async with process.runtime() as client:
                await client.exchange(post("init/error", IMPORT.payload, IMPORT.error_type))
        await starting
        assert (stage.sandbox.state, stage.sandbox.init_ms) == (SandboxState.RESET, None)
        assert stage.sandbox.cold
        assert stage.log[1] == f"INIT_REPORT Init Duration: 0.00 ms\tPhase: init\t{status}"
        invoking = stage.invoking()
        again = await stage.enclosure.next_started()
        async with again.runtime() as client:
            client.send(NEXT)
            await client.answer()
            await client.exchange(post("invocation/id-1/response", b"1"))
            assert (await invoking).outcome == succeeded(b"1")
        assert stage.log[2:] == ["started"]

    staged(work)


@pytest.mark.parametrize("code", [0, 3, -9])
def test_an_init_that_fails_again_is_the_answer(code):
    async def work(stage: Stage) -> None:
        starting = stage.starting()
        (await stage.enclosure.next_started()).exited.set_result(code)
        await starting
        for _ in range(2):  # and so it is for every invocation after it
            invoking = stage.invoking()
            (await stage.enclosure.next_started()).exited.set_result(code)
            assert (await invoking).outcome == exited("id-1", code)
            assert "Phase: invoke" in stage.log[-2]
            assert stage.log[-1] == "started"
        assert stage.sandbox.state is SandboxState.RESET

    staged(work)


def test_an_init_within_an_invocation_has_the_time_of_the_function():
    async def work(stage: Stage) -> None:
        await stage.starting(AT_ONCE_S)
        assert (await stage.invoking()).outcome == timed_out("id-1", AT_ONCE_S)

    staged(work, HASTY)


def test_between_invocations_it_is_frozen():
    async def work(stage: Stage) -> None:
        process, client = await stage.ready()
        for number in (1, 2):
            settled = await stage.answered(client, b"%d" % number)
            assert settled.outcome == succeeded(b"%d" % number)
            assert settled.max_memory_mb == 36
            client.send(NEXT)
            await stage.sandbox.settle()
            assert stage.sandbox.state is SandboxState.IDLE
            stage.sandbox.init_ms = None  # reported by the first
            assert not stage.sandbox.cold
        assert process.signals == ["thaw", "freeze", "thaw", "freeze"]

    staged(work)


def test_a_time_out_resets_it():
    async def work(stage: Stage) -> None:
        process, _ = await stage.ready()
        settled = await stage.invoking()
        assert settled.outcome == timed_out("id-1", HASTY.timeout_s)
        assert process.signals == ["thaw", "kill"]
        assert stage.sandbox.state is SandboxState.RESET
        assert stage.enclosure.removed == 0

    staged(work, HASTY)


def test_an_exit_during_an_invocation_ends_that_and_the_next_one_inits_again():
    async def work(stage: Stage) -> None:
        process, client = await stage.ready()
        process.peak_mb = 90
        invoking = stage.invoking()
        await client.answer()
        process.exited.set_result(1)
        assert (await invoking).outcome == exited("id-1", 1)
        await stage.sandbox.settle()
        invoking = stage.invoking()
        again = await stage.enclosure.next_started()
        assert again is not process
        async with again.runtime() as client:
            client.send(NEXT)
            await client.answer()
            await client.exchange(post("invocation/id-1/response", b"2"))
            settled = await invoking
        assert settled == Settled(succeeded(b"2"), 0.0, 90)  # the peak is the sandbox's (§1.10.3)

    staged(work)


def test_an_exit_after_the_answer_is_found_while_settling():
    async def work(stage: Stage) -> None:
        process, client = await stage.ready()
        assert (await stage.answered(client, b"1")).outcome == succeeded(b"1")
        process.exited.set_result(0)
        await stage.sandbox.settle()
        assert stage.sandbox.state is SandboxState.RESET

    staged(work)


def test_an_exit_while_idle_is_found_by_the_next_invocation():
    async def work(stage: Stage) -> None:
        process, _ = await stage.ready()
        process.exited.set_result(-9)
        invoking = stage.invoking()
        (await stage.enclosure.next_started()).exited.set_result(7)
        assert (await invoking).outcome == exited("id-1", 7)

    staged(work)


def test_a_response_beyond_the_limit_resets_it():
    async def work(stage: Stage) -> None:
        _, client = await stage.ready()
        invoking = stage.invoking()
        await client.answer()
        client.send(post("invocation/id-1/response", b"x" * (RESPONSE_LIMIT + 1)))
        _, body = await client.answer()
        assert orjson.loads(body)["errorType"] == "RequestEntityTooLarge"
        assert (await invoking).outcome == too_large()
        assert stage.sandbox.state is SandboxState.RESET

    staged(work)


def test_a_kill_in_the_midst_of_an_invocation_ends_that_too():
    async def work(stage: Stage) -> None:
        _, client = await stage.ready()
        invoking = stage.invoking()
        await client.answer()
        await stage.sandbox.kill()
        assert (await invoking).outcome == exited("id-1", -9)
        assert stage.sandbox.state is SandboxState.DEAD

    staged(work)
