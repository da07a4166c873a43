"""The store of events and what GetLogEvents and FilterLogEvents make of it."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.errors import AwsError
from harness.services.logs.events import LogEvents
from harness.services.logs.reading import filter_log_events, get_log_events


def using(tmp_path_factory, work):
    """Run `work(events)` with a store of its own and return what it returns."""

    async def guarded():
        events = LogEvents(tmp_path_factory.mktemp("logs") / "logs.sqlite")
        async with asyncio.timeout(20):
            try:
                return await work(events)
            finally:
                await events.close()

    return asyncio.run(guarded())


async def fill(events, number=10, stream="s", group="/g"):
    await events.write([(group, stream, [(1000 + n, f"line {n}") for n in range(number)])], 9000)


def messages(answer):
    return [event["message"] for event in answer["events"]]


async def walk(events, first, key, *, most=50):
    """Return every page from a request on, following a token until it stays or is gone."""
    pages, request = [], dict(first)
    while len(pages) < most:
        answer = await get_log_events(request, "/g", events)
        pages.append(messages(answer))
        if answer[key] == request.get("nextToken"):
            return pages
        request["nextToken"] = answer[key]
    return pages


STREAM = {"logStreamName": "s"}


def test_a_stream_is_read_forward_to_its_end(tmp_path_factory):
    async def work(events):
        await fill(events)
        return await walk(events, {**STREAM, "limit": 4, "startFromHead": True}, "nextForwardToken")

    pages = using(tmp_path_factory, work)
    assert [len(page) for page in pages] == [4, 4, 2, 0]
    assert [line for page in pages for line in page] == [f"line {n}" for n in range(10)]


def test_a_stream_is_read_backward_page_by_page_each_in_order(tmp_path_factory):
    async def work(events):
        await fill(events)
        return await walk(events, {**STREAM, "limit": 4}, "nextBackwardToken")

    pages = using(tmp_path_factory, work)
    assert pages[:3] == [
        ["line 6", "line 7", "line 8", "line 9"],
        ["line 2", "line 3", "line 4", "line 5"],
        ["line 0", "line 1"],
    ]
    assert pages[3] == []


def test_the_last_forward_token_finds_what_comes_later(tmp_path_factory):
    async def work(events):
        await fill(events)
        answer = await get_log_events({**STREAM, "limit": 2}, "/g", events)
        await events.write([("/g", "s", [(1009, "later")])], 9000)
        return await get_log_events(
            {**STREAM, "nextToken": answer["nextForwardToken"]}, "/g", events
        )

    assert messages(using(tmp_path_factory, work)) == ["later"]


@pytest.mark.parametrize("head", [True, False])
def test_an_empty_stream_can_be_followed_from_the_start(tmp_path_factory, head):
    async def work(events):
        await events.create_stream("/g", "s", 0)
        answer = await get_log_events({**STREAM, "startFromHead": head}, "/g", events)
        await fill(events, 2)
        token = answer["nextForwardToken"]
        return await get_log_events({**STREAM, "nextToken": token}, "/g", events)

    assert messages(using(tmp_path_factory, work)) == ["line 0", "line 1"]


def test_one_can_turn_round_at_the_end(tmp_path_factory):
    async def work(events):
        await fill(events, 6)
        end = await get_log_events({**STREAM, "startFromHead": True}, "/g", events)
        over = await get_log_events({**STREAM, "nextToken": end["nextForwardToken"]}, "/g", events)
        back = {**STREAM, "nextToken": over["nextBackwardToken"], "limit": 2}
        return messages(over), messages(await get_log_events(back, "/g", events))

    assert using(tmp_path_factory, work) == ([], ["line 4", "line 5"])


def test_the_end_of_get_is_open_and_that_of_filter_closed(tmp_path_factory):
    async def work(events):
        await fill(events)
        span = {"startTime": 1002, "endTime": 1004}
        got = await get_log_events({**STREAM, **span}, "/g", events)
        return messages(got), messages(await filter_log_events(span, "/g", events))

    got, filtered = using(tmp_path_factory, work)
    assert got == ["line 2", "line 3"]
    assert filtered == ["line 2", "line 3", "line 4"]


async def filtered(events, request):
    """Return all messages and the number of pages."""
    found, pages, token = [], 0, {}
    while True:
        answer = await filter_log_events({**request, **token}, "/g", events)
        found += answer["events"]
        pages += 1
        if not answer["nextToken"]:
            return found, pages
        token = {"nextToken": answer["nextToken"]}


def test_streams_are_interleaved_and_no_event_comes_twice(tmp_path_factory):
    async def work(events):
        await fill(events, 10, "a")
        await fill(events, 10, "b")
        await fill(events, 10, "a", "/other")
        return await filtered(events, {"limit": 3})

    found, pages = using(tmp_path_factory, work)
    assert [event["timestamp"] for event in found] == sorted([1000 + n for n in range(10)] * 2)
    assert len({event["eventId"] for event in found}) == 20
    assert pages == 7


@pytest.mark.parametrize(
    ("request_", "streams"),
    [
        ({"logStreamNames": ["a2"]}, {"a2"}),
        ({"logStreamNamePrefix": "a"}, {"a1", "a2"}),
        ({"logStreamNamePrefix": "%"}, set()),
        ({}, {"a1", "a2", "b"}),
    ],
)
def test_which_streams_are_searched(tmp_path_factory, request_, streams):
    async def work(events):
        for stream in ("a1", "a2", "b"):
            await fill(events, 1, stream)
        return await filter_log_events(request_, "/g", events)

    assert {e["logStreamName"] for e in using(tmp_path_factory, work)["events"]} == streams


def test_a_page_ends_after_ten_thousand_events_looked_at(tmp_path_factory):
    async def work(events):
        await fill(events, 10_001)
        return await filtered(events, {"filterPattern": '"line 10000"'})

    found, pages = using(tmp_path_factory, work)
    assert ([event["message"] for event in found], pages) == (["line 10000"], 2)


def test_the_latest_first_when_asked(tmp_path_factory):
    async def work(events):
        await fill(events, 5)
        return await filtered(events, {"startFromHead": False, "limit": 2})

    found, _ = using(tmp_path_factory, work)
    assert [event["message"] for event in found] == [f"line {n}" for n in range(4, -1, -1)]


def test_what_is_deleted_is_gone(tmp_path_factory):
    async def work(events):
        for group, stream in (("/g", "a"), ("/g", "b"), ("/h", "a")):
            await fill(events, 2, stream, group)
        assert await events.delete_stream("/g", "a")
        assert not await events.delete_stream("/g", "a")
        assert [stream.name for stream in await events.streams("/g")] == ["b"]
        await events.delete_group("/g")
        assert not await events.has_stream("/g", "b")
        await fill(events, 1, "b")
        return await events.stored_bytes(["/g", "/h", "/none"])

    assert using(tmp_path_factory, work) == {"/g": 32, "/h": 64, "/none": 0}


@pytest.mark.parametrize("token", ["x", "f/1", "f/" + "9" * 56 + "/s", "../../etc", "b/\u0661" * 9])
def test_what_is_no_token(tmp_path_factory, token):
    async def work(events):
        await fill(events)
        with pytest.raises(AwsError, match="nextToken is invalid"):
            await get_log_events({**STREAM, "nextToken": token}, "/g", events)

    using(tmp_path_factory, work)


@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    times=st.lists(st.integers(0, 30), max_size=40),
    limit=st.integers(1, 7),
    start=st.integers(0, 30),
    length=st.integers(0, 30),
)
def test_paging_finds_each_event_of_a_span_once(tmp_path_factory, times, limit, start, length):
    async def work(events):
        written = [(time, str(number)) for number, time in enumerate(times)]
        if written:
            await events.write([("/g", f"s{len(written) % 3}", written)], 0)
        span = {"startTime": start, "endTime": start + length, "limit": limit}
        found, _ = await filtered(events, span)
        wanted = [number for time, number in written if start <= time <= start + length]
        assert sorted(wanted) == sorted(event["message"] for event in found)

    using(tmp_path_factory, work)
