"""One invocation as its log, the journal and the caller see it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from harness.clock import ManualClock
from harness.errors import AwsError
from harness.journal import Event, Journal
from harness.services.lambda_.function import Function
from harness.services.lambda_.invoker import Invoker
from harness.services.lambda_.outcome import Outcome, exited, raised, succeeded, timed_out
from harness.services.lambda_.room import Room
from harness.services.lambda_.runtime_api import Invocation
from harness.services.lambda_.sandbox import INIT_LIMIT_S, SandboxState, Settled
from harness.services.lambda_.throttle import ACCOUNT_LIMIT, Throttle
from tests.harness.services.lambda_.examples import function

FUNCTION = function()
GOOD = succeeded(b'"done"')
BAD = raised(b"{}", "ValueError")
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

    def __init__(self, log: list[str], outcome: Outcome, state: SandboxState) -> None:
        self.function = FUNCTION
        self.init_ms: float | None = 100.0
        self.state = state
        self.ended = False
        self.output = Lines(log)
        self.seen: list[Invocation] = []
        self._outcome = outcome

    async def invoke(self, invocation: Invocation) -> Settled:
        self.seen.append(invocation)
        self.output.write("printed")
        if self._outcome.kills:
            self.state = SandboxState.DEAD
        return Settled(self._outcome, 12.34, 36)

    async def settle(self) -> None:
        self.state = SandboxState.IDLE

    async def kill(self) -> None:
        self.state = SandboxState.DEAD


class Launcher:
    """Launches sandboxes; `failures` says how their starts end, None for a good one."""

    def __init__(self, outcome: Outcome, failures: Iterable[Outcome | None]) -> None:
        self.log: list[str] = []
        self.limits: list[float] = []
        self.sandboxes: list[Sandbox] = []
        self._outcome = outcome
        self._failures = iter(failures)

    async def launch(
        self, of: Function, limit_s: float, request_id: str
    ) -> tuple[Sandbox, Outcome | None]:
        self.limits.append(limit_s)
        failure = next(self._failures)
        state = SandboxState.DEAD if failure else SandboxState.IDLE
        self.sandboxes.append(Sandbox(self.log, self._outcome, state))
        return self.sandboxes[-1], failure


Work = Callable[[Invoker, Launcher], Awaitable[None]]


@pytest.fixture
def invoking(tmp_path: Path) -> Callable[..., list[Event]]:
    """Run a test's work with an invoker and return what the journal was told."""

    def run(work: Work, outcome: Outcome = GOOD, *failures: Outcome | None) -> list[Event]:
        seen: list[Event] = []

        async def guarded() -> None:
            clock = ManualClock(start=1000.0)
            journal = Journal(tmp_path / "journal", clock)
            journal.follow(seen.append)
            launcher = Launcher(outcome, failures or [None] * 10)
            throttle = Throttle(lambda: ACCOUNT_LIMIT, clock)
            invoker = Invoker(launcher, journal, clock, throttle, Room(2))
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
        "initialization": "on-demand",
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


def test_a_failed_start_is_the_answer_of_one_invocation(invoking):
    failure = raised(b"{}", "Runtime.ImportModuleError")

    async def work(invoker: Invoker, launcher: Launcher) -> None:
        assert (await invoker.invoke(FUNCTION, "1", b"{}")).outcome == failure
        assert kinds(launcher.log) == ["START", "INIT_REPORT", "END", "REPORT"]
        assert invoker.describe("f")["sandboxes"] == 0
        assert (await invoker.invoke(FUNCTION, "2", b"{}")).outcome == GOOD

    invoking(work, GOOD, failure, None)


def test_a_start_that_takes_too_long_is_tried_once_more(invoking):
    """Within the function's own time-out: "suppressed init"."""

    async def work(invoker: Invoker, launcher: Launcher) -> None:
        assert (await invoker.invoke(FUNCTION, "1", b"{}")).outcome == GOOD
        assert launcher.limits == [INIT_LIMIT_S, FUNCTION.timeout_s]
        assert kinds(launcher.log)[0] == "INIT_REPORT"
        assert launcher.log[0].endswith("Phase: init\tStatus: timeout")

    invoking(work, GOOD, timed_out("1", 10), None)


def test_a_crash_makes_room_for_another(invoking):
    async def work(invoker: Invoker, launcher: Launcher) -> None:
        for number in ("1", "2", "3"):
            assert (await invoker.invoke(FUNCTION, number, b"{}")).outcome == CRASH
        assert len(launcher.sandboxes) == 3
        assert invoker.describe("f")["sandboxes"] == 0

    invoking(work, CRASH)


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
