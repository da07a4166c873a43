"""The queue with a clock that only the test moves: hours of retries in no time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from harness.clock import ManualClock
from harness.errors import AwsError
from harness.journal import Journal
from harness.services.lambda_ import trace
from harness.services.lambda_.outcome import Outcome, raised, succeeded
from harness.services.lambda_.refusal import throttled
from tests.harness.services.lambda_.examples import REGION
from tests.harness.services.lambda_.queue_stage import Stage

BAD = raised(b'{"errorMessage":"bad"}', "ValueError")
GOOD = succeeded(b'"done"')
BUSY = throttled("ReservedFunctionConcurrentInvocationLimitExceeded")
QUEUE = f"arn:aws:sqs:{REGION}:123456789012"


@pytest.fixture
def staged(tmp_path: Path) -> Callable[..., None]:
    """Run a test's work on a stage of its own, on which the function was invoked once."""

    def run(
        work: Callable[[Stage], Awaitable[None]], *results: Outcome | Exception, **more: Any
    ) -> None:
        async def on_stage() -> None:
            clock = ManualClock()
            journal = Journal(tmp_path / "journal", clock)
            stage = Stage(tmp_path / "events", journal, clock, results, **more)
            async with asyncio.timeout(20):
                await stage.begin()
                await work(stage)
            await stage.queue.close()
            journal.close()

        asyncio.run(on_stage())

    return run


def destinations(**targets: str) -> dict[str, Any]:
    config = {side: {"Destination": f"{QUEUE}:{name}"} for side, name in targets.items()}
    return {"DestinationConfig": config}


def test_a_success_ends_it(staged):
    async def work(stage: Stage) -> None:
        assert stage.queue.depth == 1
        ended = await stage.until("async.succeeded")
        assert (ended["condition"], ended["attempts"], ended["request_id"]) == (
            "Success",
            1,
            "id-1",
        )
        assert stage.ran == [("id-1", b'{"a":1}')]
        await stage.ended()
        assert (stage.sent, stage.queue.depth) == ([], 0)

    staged(work, GOOD)


def test_a_function_error_is_tried_again_after_one_and_two_minutes(staged):
    async def work(stage: Stage) -> None:
        assert [await stage.retry_after(), await stage.retry_after()] == [60.0, 120.0]
        ended = await stage.until("async.dropped")
        assert (ended["condition"], ended["attempts"]) == ("RetriesExhausted", 3)
        assert stage.ran == [("id-1", b'{"a":1}')] * 3

    staged(work, BAD, BAD, BAD)


def test_a_retry_may_succeed(staged):
    async def work(stage: Stage) -> None:
        await stage.retry_after()
        assert (await stage.until("async.succeeded"))["attempts"] == 2

    staged(work, BAD, GOOD)


def test_the_number_of_retries_is_configured(staged):
    async def work(stage: Stage) -> None:
        assert (await stage.until("async.dropped"))["attempts"] == 1

    staged(work, BAD, settings={"MaximumRetryAttempts": 0})


def test_the_age_of_an_event_is_configured(staged):
    async def work(stage: Stage) -> None:
        await stage.retry_after()
        assert (await stage.until("async.dropped"))["condition"] == "EventAgeExceeded"

    staged(work, BAD, BAD, settings={"MaximumEventAgeInSeconds": 100})


def test_throttles_are_no_attempts_and_the_waits_double(staged):
    async def work(stage: Stage) -> None:
        assert [await stage.retry_after() for _ in range(3)] == [1.0, 2.0, 4.0]
        assert (await stage.until("async.succeeded"))["attempts"] == 1

    staged(work, BUSY, BUSY, BUSY, GOOD)


def test_a_function_error_ends_a_row_of_throttles(staged):
    async def work(stage: Stage) -> None:
        assert [await stage.retry_after() for _ in range(4)] == [1.0, 2.0, 60.0, 1.0]
        assert (await stage.until("async.succeeded"))["attempts"] == 2

    staged(work, BUSY, BUSY, BAD, BUSY, GOOD)


def test_what_cannot_be_started_is_tried_again_like_a_throttle(staged):
    async def work(stage: Stage) -> None:
        assert await stage.retry_after() == 1.0
        await stage.until("async.succeeded")

    staged(work, AwsError("InvalidParameterValueException", "no such image"), GOOD)


def test_an_event_that_only_met_throttles_is_dropped_at_six_hours(staged):
    async def work(stage: Stage) -> None:
        age, waits = 0.0, 0
        while age + min(300.0, 2.0**waits) <= 21_600:
            age, waits = age + await stage.retry_after(), waits + 1
        ended = await stage.until("async.dropped")
        assert (ended["condition"], ended["attempts"]) == ("EventAgeExceeded", 0)

    staged(work, *[BUSY] * 100)


def test_a_destination_is_told_of_success(staged):
    async def work(stage: Stage) -> None:
        await stage.until("async.delivered")
        (message,) = stage.messages()
        assert message["QueueUrl"].endswith("/123456789012/ok")
        body = orjson.loads(message["MessageBody"])
        assert body["requestContext"]["condition"] == "Success"
        assert (body["requestPayload"], body["responsePayload"]) == ({"a": 1}, "done")

    staged(work, GOOD, settings=destinations(OnSuccess="ok", OnFailure="bad"))


def test_destination_and_dead_letter_queue_both_receive_a_failure(staged):
    async def work(stage: Stage) -> None:
        await stage.until("async.delivered")
        await stage.until("async.delivered")
        record, letter = stage.messages()
        assert orjson.loads(record["MessageBody"])["responsePayload"] == {"errorMessage": "bad"}
        assert letter["QueueUrl"].endswith("/letters")
        assert letter["MessageBody"] == '{"a":1}'
        attributes = letter["MessageAttributes"]
        assert {name: value["StringValue"] for name, value in attributes.items()} == {
            "RequestID": "id-1",
            "ErrorCode": "200",
            "ErrorMessage": "bad",
        }

    settings = {"MaximumRetryAttempts": 0, **destinations(OnSuccess="ok", OnFailure="bad")}
    staged(work, BAD, settings=settings, dead_letters=f"{QUEUE}:letters")


def test_a_dead_letter_queue_hears_nothing_of_success(staged):
    async def work(stage: Stage) -> None:
        await stage.ended()
        assert stage.sent == []

    staged(work, GOOD, dead_letters=f"{QUEUE}:letters")


def test_a_destination_that_is_gone_is_noted_and_does_not_keep_the_others_from_theirs(staged):
    async def work(stage: Stage) -> None:
        noted = await stage.until("async.destination_failed")
        assert noted["target"] == f"{QUEUE}:gone"
        assert "QueueDoesNotExist" in noted["reason"]
        assert (await stage.until("async.delivered"))["target"] == f"{QUEUE}:letters"

    settings = {"MaximumRetryAttempts": 0, **destinations(OnFailure="gone")}
    staged(work, BAD, settings=settings, dead_letters=f"{QUEUE}:letters")


def test_after_closing_the_depth_is_what_did_not_end(staged):
    async def work(stage: Stage) -> None:
        await stage.until("async.retry")
        await stage.queue.close()
        assert (stage.queue.depth, stage.clock.pending) == (1, [])

    staged(work, BAD)


def test_reserved_concurrency_0_is_the_end_without_an_attempt(staged):
    async def work(stage: Stage) -> None:
        ended = await stage.until("async.dropped")
        assert (ended["condition"], ended["attempts"]) == ("ZeroReservedConcurrency", 0)
        await stage.ended()
        assert stage.ran == []
        record, letter = (orjson.loads(m["MessageBody"]) for m in stage.messages())
        assert record["requestContext"]["approximateInvokeCount"] == 0
        assert not record.keys() & {"responseContext", "responsePayload"}
        assert letter == {"a": 1}

    settings = destinations(OnFailure="bad")
    staged(work, settings=settings, dead_letters=f"{QUEUE}:letters", reserved=0)


def test_an_event_whose_function_is_gone_ends(staged):
    async def work(stage: Stage) -> None:
        stage.exists = False
        assert (await stage.until("async.dropped"))["condition"] == "ResourceNotFound"
        await stage.ended()
        assert (stage.queue.depth, stage.ran) == (0, [])

    staged(work)


def test_a_defect_of_ours_is_no_loss_either(staged):
    async def work(stage: Stage) -> None:
        assert await stage.retry_after() == 1.0
        assert (await stage.until("async.succeeded"))["attempts"] == 1

    staged(work, ZeroDivisionError("a defect"), GOOD)


def test_a_loop_is_stopped_and_told(staged):
    async def work(stage: Stage) -> None:
        await stage.until("async.succeeded")
        header = stage.traces[0]
        for number in range(2, 17):
            await stage.queue.accept("f", f"id-{number}", b"{}", header)
            await stage.until("async.succeeded")
            header = stage.traces[-1]
        assert trace.lineage(header) == {trace.identity("f"): 16}
        await stage.queue.accept("f", "id-17", b"{}", header)
        assert (await stage.until("invocation.recursive"))["request_id"] == "id-17"
        assert (await stage.until("async.dropped"))["condition"] == "RecursiveInvocation"
        await stage.ended()
        (letter,) = stage.messages()
        assert letter["MessageAttributes"]["ErrorCode"]["StringValue"] == "400"
        assert len(stage.ran) == 16

    staged(work, *[GOOD] * 16, dead_letters=f"{QUEUE}:letters")


def test_a_retry_is_no_step_of_a_loop(staged):
    async def work(stage: Stage) -> None:
        await stage.retry_after()
        await stage.until("async.succeeded")
        first, second = stage.traces
        assert trace.lineage(first) == trace.lineage(second) == {trace.identity("f"): 1}
        assert first.split(";")[0] == second.split(";")[0]

    staged(work, BAD, GOOD)


def test_the_age_is_told_once_for_each_time_that_the_function_ran(staged):
    async def work(stage: Stage) -> None:
        throttled = await stage.until("async.retry")
        await stage.ended()
        stage.clock.advance(1)
        failed = await stage.until("async.retry")
        assert "age_s" not in throttled
        assert failed["age_s"] == 1.0
        await stage.ended()
        stage.clock.advance(60)
        assert (await stage.until("async.succeeded"))["age_s"] == 61.0

    staged(work, BUSY, BAD, GOOD)


def test_an_event_too_old_ends_with_the_last_answer(staged):
    async def work(stage: Stage) -> None:
        assert [await stage.retry_after() for _ in range(4)] == [60.0, 1.0, 2.0, 4.0]
        assert (await stage.until("async.dropped"))["condition"] == "EventAgeExceeded"
        await stage.ended()
        (record,) = (orjson.loads(message["MessageBody"]) for message in stage.messages())
        assert record["requestContext"]["approximateInvokeCount"] == 1
        assert record["responsePayload"] == {"errorMessage": "bad"}

    settings = {"MaximumEventAgeInSeconds": 70, **destinations(OnFailure="bad")}
    staged(work, BAD, *[BUSY] * 4, settings=settings)


def test_what_there_is_no_room_for_is_refused_and_not_accepted(staged, tmp_path: Path):
    async def work(stage: Stage) -> None:
        await stage.until("async.succeeded")
        (tmp_path / "events").write_text("a file where the directory should be")
        with pytest.raises(AwsError) as refused:
            await stage.queue.accept("f", "id-2", b"x" * 100_000)
        assert (refused.value.code, refused.value.status) == ("ServiceException", 500)
        await stage.ended()
        assert stage.queue.depth == 0

    staged(work, GOOD)
