from __future__ import annotations

import asyncio
from pathlib import Path

from harness.services.lambda_.async_event import Answer, AsyncEvent, Attempt
from harness.services.lambda_.spool import Spool
from tests.harness.services.lambda_.examples import ARN, function


def with_event(tmp_path: Path, work) -> None:
    async def run() -> None:
        spool = Spool(tmp_path / "events")
        event = AsyncEvent("f:live", "id", await spool.keep(b"{}"), "Root=1-a")
        event.function = function(Timeout=7)
        await work(event, spool)

    asyncio.run(run())


def test_only_throttles_make_an_event_older_while_it_is_in_line(tmp_path: Path):
    async def work(event: AsyncEvent, spool: Spool) -> None:
        event.was_ready(30.0, throttled=True)
        event.was_ready(500.0, throttled=False)
        assert (event.aged_s, event.held_s) == (30.0, 500.0)

    with_event(tmp_path, work)


def test_an_attempt_makes_it_older_by_no_more_than_the_time_out(tmp_path: Path):
    """The rest was spent on waiting for one of this machine's sandboxes."""

    async def work(event: AsyncEvent, spool: Spool) -> None:
        answer = Answer(failed=True, payload=await spool.keep(b"1"), version="1", trace="t")
        event.throttles = 3
        await event.answered(answer, Attempt(100.0, 1.0), 5.0)
        await event.answered(answer, Attempt(100.0, 1.0), 60.0)
        assert (event.aged_s, event.held_s) == (12.0, 53.0)
        assert (event.attempts, event.throttles) == (2, 0)

    with_event(tmp_path, work)


def test_its_end_names_the_qualifier_and_the_version_that_ran(tmp_path: Path):
    async def work(event: AsyncEvent, spool: Spool) -> None:
        ending = await event.ending("EventAgeExceeded", 5.0)
        assert (ending.function, ending.arn) == ("f", f"{ARN}:live")
        assert (ending.response, ending.trace) == (None, "Root=1-a")
        answer = Answer(failed=False, payload=await spool.keep(b"1"), version="7", trace="t")
        await event.answered(answer, Attempt(100.0, 1.0), 5.0)
        ending = await event.ending("Success", 5.0)
        assert ending.response is not None
        assert (ending.response.version, ending.response.payload) == ("7", b"1")
        assert ending.trace == "t"

    with_event(tmp_path, work)
