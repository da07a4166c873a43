from __future__ import annotations

import struct

import pytest

from harness.services.lambda_.executors.containers.multiplexed import Multiplexed

STDOUT, STDERR = 1, 2


def piece(stream: int, data: bytes) -> bytes:
    return struct.pack(">BxxxI", stream, len(data)) + data


def record(text: str) -> bytes:
    return struct.pack(">IIq", 0xA55A0003, len(text), 1) + text.encode()


@pytest.mark.parametrize("step", [1, 7, 1000])
def test_streams_are_told_apart_and_records_put_together(step):
    written = b"".join(
        [
            piece(STDOUT, b"pri"),
            piece(STDERR, b"com"),
            piece(STDOUT, b"nted\n" + record("a\nrecord")[:9]),
            piece(STDOUT, record("a\nrecord")[9:]),
            piece(STDERR, b"plaint\nlast words"),
        ]
    )
    stream = Multiplexed()
    found = [
        text for at in range(0, len(written), step) for text in stream.feed(written[at : at + step])
    ]

    assert found == ["printed", "a\nrecord", "complaint"]
    assert list(stream.end()) == ["last words"]
