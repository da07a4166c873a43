"""The poller with clocks that only the test moves, a queue that is a dictionary, and no Lambda."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from harness.clock import ManualClock
from harness.errors import AwsError
from harness.journal import Journal
from harness.services.event_source_mapping.settings import Settings
from tests.harness.services.event_source_mapping.stage import Stage

BUSY = AwsError("TooManyRequestsException", "Rate Exceeded.", 429)
Work = Callable[[Stage], Awaitable[None]]


def good(_: list[str]) -> bytes:
    return b"null"


@pytest.fixture
def staged(tmp_path: Path) -> Callable[..., None]:
    """Run a test's work beside a poller, which is stopped afterwards and must end."""

    def run(work: Work, result: Callable[[list[str]], Any] = good, **more: Any) -> None:
        async def on_stage() -> None:
            journal = Journal(tmp_path / "journal", ManualClock())
            stage = Stage(journal, result, **more)
            async with asyncio.timeout(20):
                polling = asyncio.ensure_future(stage.poller.run())
                await work(stage)
                stage.poller.stop()
                for _ in stage.invoked:
                    stage.gate.put_nowait(None)
                await polling
            journal.close()

        asyncio.run(on_stage())

    return run


def test_a_message_is_processed_and_deleted_and_the_queue_left_alone(staged):
    async def work(stage: Stage) -> None:
        await stage.rests(20.0)
        stage.send("a")
        assert (await stage.until("mapping.received"))["message_ids"] == ["id-a"]
        invoked = await stage.until("mapping.invoked")
        deleted = await stage.until("mapping.deleted")
        assert deleted["request_id"] == invoked["request_id"]
        await stage.rests(20.0)
        assert (stage.invoked, stage.messages) == ([["a"]], {})
        asked = len(stage.calls)
        stage.wall.advance(19.9)
        assert len(stage.calls) == asked

    staged(work)


def test_a_failed_batch_comes_again_when_its_visibility_ends(staged):
    answers = iter([None, b"null"])

    async def work(stage: Stage) -> None:
        stage.send("a", "b")
        failed = await stage.until("mapping.failed")
        assert failed["message_ids"] == ["id-a", "id-b"]
        assert failed["visible_at"] == stage.wall.now() + 30
        await stage.rests(20.0)
        stage.wall.advance(20.0)
        await stage.rests(10.0)
        stage.wall.advance(10.0)
        await stage.until("mapping.deleted")
        assert (stage.invoked, stage.counts) == ([["a", "b"]] * 2, {"a": 2, "b": 2})

    staged(work, lambda _: next(answers))


def test_only_reported_messages_stay(staged):
    async def work(stage: Stage) -> None:
        stage.send("a", "b")
        failed = await stage.until("mapping.failed")
        assert (failed["message_ids"], failed["reason"]) == (["id-b"], "batchItemFailures")
        assert list(stage.messages) == ["b"]

    report = b'{"batchItemFailures": [{"itemIdentifier": "id-b"}]}'
    staged(work, lambda _: report, settings=Settings(partial_responses=True))


def test_a_throttled_batch_is_tried_again_until_its_visibility_has_run_out(staged):
    async def work(stage: Stage) -> None:
        stage.send("a")
        for expected in (1.0, 2.0, 4.0, 8.0):
            assert (await stage.until("mapping.retried"))["seconds"] == expected
            assert await stage.clock.waits.get() == expected
            stage.wall.advance(expected)
            stage.clock.advance(expected)
        assert await stage.clock.waits.get() == 16.0
        stage.wall.advance(15.0)
        stage.clock.advance(16.0)
        assert "Rate Exceeded" in (await stage.until("mapping.failed"))["reason"]

    staged(work, lambda _: BUSY)


def test_what_will_not_pass_is_not_tried_again(staged):
    async def work(stage: Stage) -> None:
        stage.send("a")
        await stage.until("mapping.failed")
        assert stage.invoked == [["a"]]

    staged(work, lambda _: AwsError("RequestTooLargeException", "too large", 413))


def test_five_batches_at_first_then_more(staged):
    async def work(stage: Stage) -> None:
        stage.send(*map(str, range(20)))
        await stage.rests(0.2)
        assert len(stage.invoked) == 5
        stage.wall.advance(1.0)
        await stage.rests(0.2)
        assert len(stage.invoked) == 10

    staged(work, settings=Settings(batch_size=1), gated=True)


@pytest.mark.parametrize(
    "limits", [{"settings": Settings(1, maximum_concurrency=2)}, {"sandboxes": 2}]
)
def test_no_more_batches_than_are_allowed(staged, limits):
    async def work(stage: Stage) -> None:
        stage.send(*map(str, range(20)))
        for _ in range(20):
            await stage.until("mapping.invoked")
            stage.wall.advance(1.0)
            stage.gate.put_nowait(None)
        assert stage.peak == 2

    staged(work, gated=True, **{"settings": Settings(batch_size=1), **limits})


def test_messages_stay_in_the_queue_while_the_machine_is_full(staged):
    async def work(stage: Stage) -> None:
        stage.waiting = 1
        stage.send("a")
        stage.poller.wake()
        await stage.rests(0.2)
        assert stage.counts == {}
        stage.waiting = 0
        stage.wall.advance(0.2)
        await stage.until("mapping.deleted")

    staged(work)


def test_a_window_hides_messages_for_longer_and_ends(staged):
    async def work(stage: Stage) -> None:
        stage.send("a")
        await stage.until("mapping.received")
        await stage.rests(20.0)
        assert stage.invoked == []
        assert stage.received()[0]["VisibilityTimeout"] == 60 + 3 + 30
        stage.clock.advance(60.0)
        await stage.until("mapping.deleted")

    staged(work, settings=Settings(batch_size=100, window_s=60))


def test_stopping_gives_back_what_was_gathered(staged):
    stages: list[Stage] = []

    async def work(stage: Stage) -> None:
        stages.append(stage)
        stage.send("a")
        await stage.rests(20.0)

    staged(work, settings=Settings(batch_size=100, window_s=60))
    (stage,) = stages
    assert stage.messages == {"a": stage.wall.now()}
    assert stage.invoked == []


def test_a_failed_fifo_batch_is_made_visible_in_its_order(staged):
    answers = iter([None, b"null"])

    async def work(stage: Stage) -> None:
        stage.send("a", "b")
        await stage.until("mapping.failed")
        assert stage.received()[0]["VisibilityTimeout"] > 30
        stage.wall.advance(30.0)
        await stage.until("mapping.deleted")
        (released,) = [m for name, m in stage.calls if name == "ChangeMessageVisibilityBatch"]
        assert [entry["ReceiptHandle"] for entry in released["Entries"]] == ["a", "b"]
        assert stage.invoked == [["a", "b"]] * 2

    staged(work, lambda _: next(answers), fifo=True)


def test_messages_that_others_hold_are_looked_for_every_second(staged):
    async def work(stage: Stage) -> None:
        stage.hidden_elsewhere = 1
        stage.send()
        await stage.rests(1.0)

    staged(work)


def test_an_error_of_the_queue_is_shown_until_it_passes(staged):
    async def work(stage: Stage) -> None:
        stage.refusals.append(AwsError("AccessDenied", "not allowed", 403))
        await stage.until("mapping.failed")
        assert stage.mapping.problem == "PROBLEM: AccessDenied: not allowed"
        assert await stage.clock.waits.get() == 5.0
        stage.clock.advance(5.0)
        await stage.rests(20.0)
        assert stage.mapping.problem == ""

    staged(work)


def test_filtered_out_messages_are_deleted_without_an_invocation(staged):
    async def work(stage: Stage) -> None:
        stage.send("no", "yes")
        deleted = await stage.until("mapping.deleted")
        assert (deleted["message_ids"], deleted["reason"]) == (["id-no"], "filtered out")
        await stage.until("mapping.deleted")
        assert stage.invoked == [["yes"]]

    staged(work, settings=Settings(filters=("",), patterns=({"body": ["yes"]},)))


def test_a_message_that_becomes_visible_while_it_is_processed_is_processed_twice(staged):
    async def work(stage: Stage) -> None:
        stage.send("a")
        await stage.rests(20.0)
        stage.wall.advance(20.0)
        await stage.rests(10.0)
        stage.wall.advance(10.0)
        await stage.rests(20.0)
        assert stage.invoked == [["a"], ["a"]]
        asked = len(stage.calls)
        stage.poller.wake()
        await stage.rests(20.0)
        assert len(stage.calls) == asked + 2

    staged(work, gated=True)


def test_stopping_ends_the_retries_of_a_throttled_batch(staged):
    async def work(stage: Stage) -> None:
        stage.send("a")
        await stage.until("mapping.retried")

    staged(work, lambda _: BUSY)


def test_fifo_messages_that_do_not_fit_are_given_back_behind_those_that_do(staged):
    large = ["x" * 3_500_000 + str(number) for number in range(2)]

    async def work(stage: Stage) -> None:
        stage.send(*large)
        await stage.rests(20.0)
        (released,) = [m for name, m in stage.calls if name == "ChangeMessageVisibilityBatch"]
        assert [entry["ReceiptHandle"] for entry in released["Entries"]] == large[1:]
        assert stage.invoked[0] == large[:1]

    staged(work, fifo=True, gated=True)
