from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.services.lambda_.log_records import Frames, Lines, Records

LIMIT = 256 * 1024
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\n")).filter(bool)


def frame(text: str, kind: int = 0xA55A0003) -> bytes:
    data = text.encode()
    return struct.pack(">IIq", kind, len(data), 1) + data


def cut(records: Records, written: bytes, step: int) -> list[str]:
    """Return the records of what arrives in pieces of `step` bytes."""
    pieces = (written[at : at + step] for at in range(0, len(written), step))
    found = [record for piece in pieces for record in records.feed(piece)]
    return [*found, *records.end()]


@pytest.mark.parametrize("step", [1, 3, 64, 10**6])
@pytest.mark.parametrize(
    ("written", "records"),
    [
        (b"one\ntwo\n", ["one", "two"]),
        (b"\n\n", []),
        (b"without an end", ["without an end"]),
        (b"one\rtwo\n", ["one\rtwo"]),
        ("員工\n".encode(), ["員工"]),
        (b"\xff\n", ["\ufffd"]),
    ],
)
def test_lines(step, written, records):
    assert cut(Lines(), written, step) == records
    assert cut(Frames(), written, step) == records


def test_a_line_over_the_limit_is_several():
    assert cut(Lines(), b"x" * LIMIT + b"y\n", 64 * 1024) == ["x" * LIMIT, "y"]


@given(st.lists(st.tuples(st.booleans(), TEXT)), st.integers(1, 50))
def test_frames_and_lines_between_them_keep_their_order(parts, step):
    written = b"".join(
        frame(text, 0xA55A0017) if framed else f"{text}\n".encode() for framed, text in parts
    )
    assert cut(Frames(), written, step) == [text for _, text in parts]


def test_text_without_an_end_before_a_frame_is_a_record():
    assert cut(Frames(), b"half" + frame("a\nb"), 5) == ["half", "a\nb"]


def test_half_a_frame_is_lost_with_its_writer():
    assert cut(Frames(), b"line\n" + frame("record")[:-1], 4) == ["line"]
