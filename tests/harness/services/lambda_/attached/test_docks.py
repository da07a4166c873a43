"""Runtimes that the test starts, as compose would: real clients on the port of a function."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from harness.clock import SystemClock
from harness.errors import EnvironmentFailedError
from harness.iam.sessions import Sessions
from harness.journal import Event, Journal
from harness.services.lambda_.attached import Docks
from harness.services.lambda_.attached.dock import Dock
from harness.services.lambda_.function import Function
from harness.services.lambda_.invoker import Invoker
from harness.services.lambda_.launch import Log
from harness.services.lambda_.outcome import Outcome
from harness.services.lambda_.refusal import no_function
from harness.services.lambda_.room import Room
from harness.services.lambda_.throttle import ACCOUNT_LIMIT, Throttle
from harness.services.lambda_.tracing import Tracing
from tests.harness.services.lambda_.examples import REGION, function
from tests.harness.streams import Client, connected

FUNCTION = function(Timeout=20, Role="arn:aws:iam::123456789012:role/r")
HANDLER = """
import os, socket

def handler(event, context):
    if port := event.get("meet"):
        with socket.create_connection(("127.0.0.1", port)) as peer:
            peer.recv(1)
    if event.get("exit"):
        os._exit(3)
    return {"pid": os.getpid(), "stream": context.log_stream_name}
"""
PING = b"GET /2018-06-01/ping HTTP/1.1\r\n\r\n"
NEXT = b"GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n\r\n"


class Meeting:
    """Where handlers wait until they are let go; each is a connection."""

    def __init__(self) -> None:
        self.port = 0
        self._there: asyncio.Queue[asyncio.StreamWriter] = asyncio.Queue()

    async def begin(self) -> asyncio.Server:
        async def arrive(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self._there.put_nowait(writer)

        server = await asyncio.start_server(arrive, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        return server

    async def gather(self, count: int) -> list[asyncio.StreamWriter]:
        """Return once `count` handlers wait; closing what is returned lets them go."""
        return [await self._there.get() for _ in range(count)]


class Stage:
    def __init__(self, directory: Path, stack: AsyncExitStack, dock: Dock, invoker: Invoker):
        self.dock = dock
        self.invoker = invoker
        self.log: list[str] = []
        self.seen: list[Event] = []
        self.meeting = Meeting()
        self._directory = directory
        self._stack = stack

    async def start(self, module: str = "good") -> Process:
        """Start a runtime; it is killed in the end."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "awslambdaric", f"{module}.handler"),
            cwd=self._directory,
            env={"AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self.dock.port}"},
            stdout=DEVNULL,
            stderr=DEVNULL,
        )

        async def end() -> None:
            if process.returncode is None:
                process.kill()
            await process.wait()

        self._stack.push_async_callback(end)
        return process

    def invoke(self, *, of: Any = FUNCTION, **event: Any) -> asyncio.Task[Outcome]:
        async def work() -> Outcome:
            return (await self.invoker.invoke(of, "id-1", orjson.dumps(event))).outcome

        return asyncio.ensure_future(work())

    async def answer(self, **event: Any) -> dict[str, Any]:
        outcome = await self.invoke(**event)
        assert not outcome.failed, outcome.payload
        answer: dict[str, Any] = orjson.loads(outcome.payload)
        return answer

    async def until(self, observed: Callable[[], int], wanted: int) -> None:
        """Let the loop go on until what it is about to notice has been noticed."""
        for _ in iter(observed, wanted):
            await asyncio.sleep(0)


@pytest.fixture
def staged(tmp_path: Path) -> Callable[..., None]:
    (tmp_path / "good.py").write_text(HANDLER)
    (tmp_path / "bad.py").write_text("raise ValueError('not to be imported')\n")

    def run(work: Callable[[Stage], Awaitable[None]]) -> None:
        async def guarded() -> None:
            clock, log = SystemClock(), list[str]()
            journal = Journal(tmp_path / "journal", clock)
            docks = _docks({"f": 0}, lambda *line: log.append(line[2]))
            await docks.open("127.0.0.1")
            dock = docks.of("f")
            assert dock is not None
            throttle = Throttle(lambda: ACCOUNT_LIMIT, clock)
            tracing = Tracing(lambda *_: None, clock)
            invoker = Invoker(_Nothing(), journal, clock, throttle, Room(1), tracing, docks)
            async with asyncio.timeout(60), AsyncExitStack() as stack:
                stage = Stage(tmp_path, stack, dock, invoker)
                stage.log = log
                journal.follow(stage.seen.append)
                async with await stage.meeting.begin():
                    await work(stage)
                    await invoker.close()
                    await docks.close()
            journal.close()

        asyncio.run(guarded())

    return run


class _Nothing:
    """A launcher that must not be asked."""


SESSIONS = Sessions()


class _Functions:
    async def get(self, reference: str) -> Function:
        if reference != "f":
            raise no_function(reference)
        return FUNCTION


def _docks(ports: dict[str, int], log: Log = lambda *_: None) -> Docks:
    return Docks(ports, _Functions(), SESSIONS, log, SystemClock(), REGION)


@pytest.mark.parametrize(("name", "status"), [("f", 200), ("not yet", 404)])
def test_a_runtime_gets_credentials_of_the_function_s_role(name: str, status: int):
    async def work() -> None:
        docks = _docks({name: 0})
        await docks.open("127.0.0.1")
        dock = docks.of(name)
        assert dock is not None
        async with connected(dock.port) as client:
            answered, body = await client.exchange(b"GET /credentials HTTP/1.1\r\n\r\n")
        assert answered == status
        if status == 200:
            issued = orjson.loads(body)
            caller = SESSIONS.caller(issued["AccessKeyId"])
            assert caller is not None
            assert caller.identity == issued["RoleArn"] == FUNCTION.role_arn
            assert datetime.fromisoformat(issued["Expiration"]) > datetime.now(UTC)
        await docks.close()

    asyncio.run(work())


def test_invocations_wait_until_somebody_attaches(staged):
    async def work(stage: Stage) -> None:
        waiting = stage.invoke()
        await stage.until(lambda: stage.dock.berths.waiting, 1)
        process = await stage.start()
        answer = orjson.loads((await waiting).payload)
        assert answer["pid"] == process.pid
        assert (await stage.answer())["pid"] == process.pid
        assert [line.partition(" ")[0] for line in stage.log] == ["START", "END", "REPORT"] * 2
        assert "Max Memory Used" not in "".join(stage.log)
        started = [event for event in stage.seen if event.kind == "invocation.started"]
        assert [event.detail["cold"] for event in started] == [True, False]

    staged(work)


def test_each_replica_serves_one_at_a_time(staged):
    async def work(stage: Stage) -> None:
        processes = [await stage.start() for _ in range(2)]
        calls = [stage.invoke(meet=stage.meeting.port) for _ in range(3)]
        there = await stage.meeting.gather(2)
        assert (stage.dock.attached, stage.dock.berths.waiting) == (2, 1)
        for writer in there:
            writer.close()
        for writer in await stage.meeting.gather(1):
            writer.close()
        pids = {orjson.loads((await call).payload)["pid"] for call in calls}
        assert pids == {process.pid for process in processes}

    staged(work)


def test_versions_and_changed_configurations_share_the_replicas(staged):
    async def work(stage: Stage) -> None:
        await stage.start()
        versions = [replace(FUNCTION, version=version) for version in ("1", "2", "1")]
        outcomes = [await stage.invoke(of=version) for version in versions]
        changed = await stage.invoke(of=replace(FUNCTION, revision="later"))
        assert len({orjson.loads(done.payload)["pid"] for done in [*outcomes, changed]}) == 1

    staged(work)


def test_a_replica_that_ends_in_flight_is_an_exit(staged):
    async def work(stage: Stage) -> None:
        first = await stage.start()
        outcome = await stage.invoke(exit=True)
        assert outcome.error_type == "Runtime.ExitError"
        assert await first.wait() == 3
        second = await stage.start()
        assert (await stage.answer())["pid"] == second.pid
        assert stage.dock.attached == 1

    staged(work)


def test_a_killed_idle_replica_is_noticed(staged):
    async def work(stage: Stage) -> None:
        process = await stage.start()
        await stage.answer()
        await stage.until(lambda: stage.dock.berths.taken, 0)
        process.kill()
        await stage.until(lambda: stage.dock.attached, 0)
        waiting = stage.invoke()
        await stage.until(lambda: stage.dock.berths.waiting, 1)
        another = await stage.start()
        assert orjson.loads((await waiting).payload)["pid"] == another.pid

    staged(work)


def test_after_a_time_out_the_late_answer_is_refused_and_the_runtime_exits(staged):
    async def work(stage: Stage) -> None:
        process = await stage.start()
        impatient = replace(FUNCTION, timeout_s=1)
        call = stage.invoke(of=impatient, meet=stage.meeting.port)
        (writer,) = await stage.meeting.gather(1)
        assert (await call).error_type == "Sandbox.Timedout"
        assert (stage.dock.attached, len(stage.dock.overdue)) == (0, 1)
        writer.close()
        assert await process.wait() == 1
        await stage.until(lambda: len(stage.dock.overdue), 0)
        again = await stage.start()
        assert (await stage.answer())["pid"] == again.pid

    staged(work)


def test_a_failed_init_is_the_answer_to_who_waits(staged):
    async def work(stage: Stage) -> None:
        waiting = stage.invoke()
        await stage.until(lambda: stage.dock.berths.waiting, 1)
        await stage.start("bad")
        outcome = await waiting
        assert outcome.error_name == "ValueError"
        good = await stage.start()
        assert (await stage.answer())["pid"] == good.pid

    staged(work)


def test_a_failed_init_that_nobody_waits_for_is_nobody_s(staged):
    async def work(stage: Stage) -> None:
        process = await stage.start("bad")
        assert await process.wait() == 1
        assert stage.dock.attached == 0
        good = await stage.start()
        assert (await stage.answer())["pid"] == good.pid

    staged(work)


def test_nothing_is_provisioned_ahead(staged):
    async def work(stage: Stage) -> None:
        assert not await stage.invoker.prepare(FUNCTION)
        process = await stage.start()
        await stage.answer()
        assert not await stage.invoker.prepare(FUNCTION)
        assert (await stage.answer())["pid"] == process.pid

    staged(work)


def test_a_dismissed_runtime_gets_nothing_more(staged):
    async def work(stage: Stage) -> None:
        async with connected(stage.dock.port) as client:
            client.send(NEXT)
            call = stage.invoke(of=replace(FUNCTION, timeout_s=1))
            head, _ = await client.answer()
            assert head.header("lambda-runtime-aws-request-id") == "id-1"
            assert (await call).error_type == "Sandbox.Timedout"
            assert await refused(client, NEXT) == "403"

    staged(work)


async def refused(client: Client, request: bytes) -> str:
    client.send(request)
    head, _ = await client.answer()
    assert head.header("content-type") == "application/json"  # the runtime client needs it
    return head.start[1]


def test_status_says_what_is_attached_and_what_is_missing():
    async def work() -> None:
        docks = _docks({"f": 0})
        await docks.open("127.0.0.1")
        dock = docks.of("f")
        assert dock is not None
        assert docks.describe("f") == {"sandboxes": 0, "attached_to": dock.port}
        assert docks.describe("another") == {}
        (finding,) = docks.findings()
        assert "nothing is attached" in finding
        assert str(dock.port) in finding
        async with connected(dock.port) as client, connected(dock.port) as checking:
            assert await checking.exchange(PING) == (503, b"0 attached\n")
            client.send(NEXT)
            for _ in iter(lambda: dock.attached, 1):
                await asyncio.sleep(0)
            assert list(docks.findings()) == []
            assert await checking.exchange(PING) == (200, b"1 attached\n")
        await docks.close()
        assert docks.limits()
        assert _docks({}).limits() == {}

    asyncio.run(work())


def test_a_port_that_is_taken_says_what_to_do():
    async def work() -> None:
        docks = _docks({"f": 0})
        await docks.open("127.0.0.1")
        dock = docks.of("f")
        assert dock is not None
        others = _docks({"g": dock.port})
        with pytest.raises(EnvironmentFailedError, match="--attach g=PORT"):
            await others.open("127.0.0.1")
        await docks.close()

    asyncio.run(work())
