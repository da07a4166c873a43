from __future__ import annotations

import asyncio
from random import Random

import pytest

from harness.call import Call, Reply
from harness.errors import HangUpError, UsageError
from harness.faults.sandbox_killed import SandboxKilled
from harness.injection.fault import Hit
from tests.harness.watched_clock import WatchedClock


def steps(fault: SandboxKilled) -> list[str]:
    """Return what happens around a call, in order."""
    happened: list[str] = []

    async def work() -> None:
        clock = WatchedClock()
        beside: list[asyncio.Task[None]] = []

        async def crash() -> None:
            happened.append("killed")

        async def answer(call: Call) -> Reply:
            happened.append("carried out")
            return Reply(200)

        hit = Hit(
            Random(1),  # noqa: S311 - repeatable
            clock,
            crash,
            lambda work: beside.append(asyncio.ensure_future(work)),
        )
        try:
            await fault.around(Call("s3", "GetObject", "GET", "/b/k"), answer, hit)
            happened.append("answered")
        except HangUpError as error:
            happened.append(f"hung up, {error.status}")
        for task in beside:
            clock.advance(await clock.waits.get())
            await task

    asyncio.run(work())
    return happened


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (SandboxKilled(), ["killed", "hung up, 0"]),
        (SandboxKilled("after"), ["carried out", "killed", "hung up, 200"]),
        (SandboxKilled("before", 50), ["carried out", "answered", "killed"]),
        (SandboxKilled("after", 50), ["carried out", "answered", "killed"]),
    ],
)
def test_a_sandbox_is_killed_at_its_step(fault, expected):
    assert steps(fault) == expected


def test_there_are_two_moments():
    with pytest.raises(UsageError, match="before or after is needed"):
        SandboxKilled("during")
