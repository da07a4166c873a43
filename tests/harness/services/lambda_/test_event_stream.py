"""Response streams, read by botocore's own decoder."""

from __future__ import annotations

import orjson
import pytest
from botocore.eventstream import EventStreamBuffer

from harness.services.lambda_.event_stream import response_stream
from harness.services.lambda_.outcome import raised, succeeded


def decoded(stream: bytes) -> list[tuple[str, bytes]]:
    buffer = EventStreamBuffer()
    buffer.add_data(stream)
    return [(message.headers[":event-type"], message.payload) for message in buffer]


@pytest.mark.parametrize("size", [1, 1024 * 1024, 2_500_000])
def test_a_result_comes_in_chunks_and_an_end(size):
    *chunks, end = decoded(response_stream(succeeded(b"x" * size), "bG9n"))
    assert b"".join(payload for _, payload in chunks) == b"x" * size
    assert {kind for kind, _ in chunks} == {"PayloadChunk"}
    assert (end[0], orjson.loads(end[1])) == ("InvokeComplete", {"LogResult": "bG9n"})


def test_a_failure_is_told_at_the_end():
    (end,) = decoded(response_stream(raised(b'{"errorType":"E"}', "E"), ""))
    assert end[0] == "InvokeComplete"
    assert orjson.loads(end[1]) == {
        "ErrorCode": "Unhandled",
        "ErrorDetails": '{"errorType":"E"}',
    }
