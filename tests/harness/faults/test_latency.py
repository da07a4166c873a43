from __future__ import annotations

import asyncio

import pytest

from harness.call import Call, Reply
from tests.harness.faults.around import meet
from tests.harness.watched_clock import WatchedClock


async def _met(name: str, steps: list[str], **options: float) -> float:
    """Note in `steps` what happens, and return the seconds that the fault waited."""
    clock = WatchedClock()

    async def carried_out(call: Call) -> Reply:
        steps.append("carried out")
        return Reply(200)

    meeting = asyncio.ensure_future(meet(name, carried_out, clock=clock, **options))
    seconds = await clock.waits.get()
    steps.append("waits")
    clock.advance(seconds)
    assert (await meeting).status == 200
    return seconds


@pytest.mark.parametrize(
    ("name", "expected"),
    [("latency", ["waits", "carried out"]), ("slow-reply", ["carried out", "waits"])],
)
def test_latency_is_before_the_work_and_a_slow_reply_after_it(name, expected):
    steps: list[str] = []
    assert asyncio.run(_met(name, steps, ms=250)) == pytest.approx(0.25)
    assert steps == expected


@pytest.mark.parametrize("name", ["latency", "slow-reply"])
def test_the_jitter_is_drawn(name):
    waited = asyncio.run(_met(name, [], ms=100, jitter_ms=100))
    assert 0.1 < waited < 0.2
    assert asyncio.run(_met(name, [], ms=100, jitter_ms=100)) == waited
