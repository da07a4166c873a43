"""One invocation as its log, the journal and the caller see it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from harness.clock import ManualClock
from harness.errors import AwsError
from harness.journal import Event, Journal
from harness.services.lambda_.attached import Docks
from harness.services.lambda_.function import Function
from harness.services.lambda_.invoker import Invoker
from harness.services.lambda_.outcome import Outcome, exited, raised, succeeded
from harness.services.lambda_.report import lines_of
from harness.services.lambda_.room import Room
from harness.services.lambda_.runtime_api import Invocation
from harness.services.lambda_.sandbox import SandboxState, Settled
from harness.services.lambda_.throttle import ACCOUNT_LIMIT, Throttle
from harness.services.lambda_.tracing import Tracing
from tests.harness.services.lambda_.examples import function

FUNCTION = function()
GOOD = succeeded(b'"done"')
BAD = raised(b"{}", "ValueError")
NONE_ATTACHED = Docks({}, None, None, lambda *_: None, ManualClock(), "ap-northeast-1")
CRASH = exited("id-1", 1)


class Lines:
    """The output of a sandbox: what is written goes to `log`."""

    def __init__(self, log: list[str]) -> None:
        self._log = log
        self.tee: Callable[[str], None] | None = None

    def write(self, message: str) -> None:
        self._log.append(message)
        if self.tee:
            self.tee(message)


class Sandbox:
    """Answers every invocation with `outcome` after having printed something."""

    def __init__(self, launcher: Launcher) -> None:
        self.function = FUNCTION
        self.init_ms: float | None = 100.0
        self.state = SandboxState.IDLE
        self.lines = lines_of(FUNCTION, "ap-northeast-1")
        self.output = Lines(launcher.log)
        self.seen: list[Invocation] = []
        self.settled = asyncio.Event()
        self.killed = asyncio.Event()
        self._launcher = launcher

    @property
    def cold(self) -> bool:
        return self.init_ms is not None

    def log(self, line: Callable[..., str], *details: object) -> None:
        self.output.write(line(1000.0, *details))

    async def invoke(self, invocation: Invocation, started: Callable[[], None]) -> Settled:
        self.seen.append(invocation)
        if self._launcher.init_again:
            self.output.write("INIT_REPORT of another init")
        started()
        self.output.write("printed")
        return Settled(self._launcher.outcome, 12.34, 36)

    async def settle(self) -> None:
        self.settled.set()

    async def kill(self) -> None:
        self.state = SandboxState.DEAD
        self.killed.set()


class Launcher:
    """init_again: let every invocation init first."""

    def __init__(self, outcome: Outcome) -> None:
        self.log: list[str] = []
        self.sandboxes: list[Sandbox] = []
        self.outcome = outcome
        self.init_again = False

    async def launch(self, of: Function, limit_s: float) -> Sandbox:
        self.sandboxes.append(Sandbox(self))
        return self.sandboxes[-1]


Work = Callable[[Invoker, Launcher], Awaitable[None]]


@pytest.fixture
def invoking(tmp_path: Path) -> Callable[..., list[Event]]:
    """Run a test's work with an invoker and return what the journal was told."""

    def run(work: Work, outcome: Outcome = GOOD) -> list[Event]:
        seen: list[Event] = []

        async def guarded() -> None:
            clock = ManualClock(start=1000.0)
            journal = Journal(tmp_path / "journal", clock)
            journal.follow(seen.append)
            launcher = Launcher(outcome)
            throttle = Throttle(lambda: ACCOUNT_LIMIT, clock)
            tracing = Tracing(lambda *_: None, clock)
            invoker = Invoker(launcher, journal, clock, throttle, Room(2), tracing, NONE_ATTACHED)
            async with asyncio.timeout(20):
                await work(invoker, launcher)
            await invoker.close()
            journal.close()

        asyncio.run(guarded())
        return seen

    return run


def kinds(lines: list[str]) -> list[str]:
    return [line.partition(" ")[0] for line in lines]


def test_a_cold_and_a_warm_invocation(invoking):
    async def work(invoker: Invoker, launcher: Launcher) -> None:
        for number in ("1", "2"):
            invoked = await invoker.invoke(FUNCTION, number, b'{"a":1}', "context")
            assert invoked.outcome == GOOD
        assert kinds(launcher.log) == ["START", "printed", "END", "REPORT"] * 2
        assert ["Init Duration" in line for line in launcher.log if "REPORT" in line] == [
            True,
            False,
        ]
        (sandbox,) = launcher.sandboxes
        assert [seen.request_id for seen in sandbox.seen] == ["1", "2"]
        first = sandbox.seen[0]
        assert (first.payload, first.client_context) == (b'{"a":1}', "context")
        assert first.deadline_ms == (1000 + FUNCTION.timeout_s) * 1000
        assert first.function_arn == FUNCTION.arn

    told = invoking(work)
    assert [event.kind for event in told] == ["invocation.started", "invocation.finished"] * 2
    assert [told[0].detail["cold"], told[2].detail["cold"]] == [True, False]
    assert told[1].detail == {
        "function": "f",
        "request_id": "1",
        "started": 1000.0,
        "failed": False,
        "error_type": "",
        "duration_ms": 12.34,
        "init_ms": 100.0,
        "billed_ms": 113,
        "max_memory_mb": 36,
        "concurrency": 1,
        "allocated": 0,
        "initialization": "on-demand",
        "provisioned": 0,
        "reserved": False,
        "qualifier": "",
        "version": "$LATEST",
    }


def test_a_failure_is_told_everywhere(invoking):
    async def work(invoker: Invoker, launcher: Launcher) -> None:
        assert (await invoker.invoke(FUNCTION, "1", b"{}")).outcome == BAD
        assert invoker.describe("f")["last_error"] == "ValueError"
        assert invoker.describe("other")["last_error"] == ""

    finished = invoking(work, BAD)[-1].detail
    assert (finished["failed"], finished["error_type"]) == (True, "ValueError")


def test_the_tail_is_the_end_of_this_invocation_alone(invoking):
    async def work(invoker: Invoker, launcher: Launcher) -> None:
        await invoker.invoke(FUNCTION, "1", b"{}")
        second = (await invoker.invoke(FUNCTION, "2", b"{}")).log_tail.decode()
        assert kinds(second.splitlines()) == ["START", "printed", "END", "REPORT"]
        assert "RequestId: 2" in second
        assert "RequestId: 1" not in second

    invoking(work)


def test_what_an_init_within_the_invocation_writes_comes_before_its_start(invoking):
    async def work(invoker: Invoker, launcher: Launcher) -> None:
        launcher.init_again = True
        invoked = await invoker.invoke(FUNCTION, "1", b"{}")
        assert kinds(launcher.log) == ["INIT_REPORT", "START", "printed", "END", "REPORT"]
        assert kinds(invoked.log_tail.decode().splitlines())[0] == "START"

    invoking(work)


def test_a_crash_leaves_the_sandbox_to_the_next_invocation(invoking):
    async def work(invoker: Invoker, launcher: Launcher) -> None:
        for number in ("1", "2", "3"):
            assert (await invoker.invoke(FUNCTION, number, b"{}")).outcome == CRASH
        assert len(launcher.sandboxes) == 1
        assert invoker.describe("f")["sandboxes"] == 1

    invoking(work, CRASH)


@pytest.mark.parametrize(("version", "left"), [("$LATEST", 1), ("2", 1), ("", 0), ("3", 2)])
def test_retiring_a_version_or_all_of_them(invoking, version, left):
    async def work(invoker: Invoker, launcher: Launcher) -> None:
        await invoker.invoke(FUNCTION, "1", b"{}")
        await invoker.invoke(replace(FUNCTION, version="2"), "2", b"{}")
        for sandbox in launcher.sandboxes:
            await sandbox.settled.wait()
        invoker.retire("f", version)
        invoker.retire("other")
        retired = [
            sandbox
            for sandbox, own in zip(launcher.sandboxes, ("$LATEST", "2"), strict=True)
            if version in ("", own)
        ]
        for sandbox in retired:
            await sandbox.killed.wait()
        assert len(launcher.sandboxes) - len(retired) == left
        alive = [sandbox for sandbox in launcher.sandboxes if not sandbox.killed.is_set()]
        assert len(alive) == left

    invoking(work)


def test_a_throttle_is_noted_and_passed_on(invoking):
    async def work(invoker: Invoker, launcher: Launcher) -> None:
        with pytest.raises(AwsError, match="TooManyRequestsException"):
            await invoker.invoke(replace(FUNCTION, reserved_concurrency=0), "1", b"{}")

    (told,) = invoking(work)
    assert told.kind == "invocation.throttled"
    assert told.detail["reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"


def test_versions_have_sandboxes_of_their_own_and_are_counted_together(invoking):
    async def work(invoker: Invoker, launcher: Launcher) -> None:
        await invoker.invoke(FUNCTION, "1", b"{}")
        await invoker.invoke(replace(FUNCTION, version="2"), "2", b"{}")
        assert len(launcher.sandboxes) == 2
        described = invoker.describe("f")
        assert (described["sandboxes"], described["running"], described["waiting"]) == (2, 0, 0)

    invoking(work)
