from __future__ import annotations

import asyncio
import os
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.services.lambda_.output import Output
from harness.services.lambda_.shown import Shown

LIMIT = 256 * 1024


def opened(emit: Callable[[str], None], task_root: str = "/var/task") -> Output:
    """Return the output of a sandbox whose process can write."""
    output = Output(emit, Shown(Path(task_root)))
    output.open()
    return output


def frame(text: str) -> bytes:
    data = text.encode()
    return struct.pack(">IIq", 0xA55A0003, len(data), 0) + data


def emitted(write: Callable[[Output], None]) -> list[str]:
    """Return the events of a sandbox that wrote and ended."""

    async def work() -> list[str]:
        events: list[str] = []
        output = opened(events.append)
        write(output)
        output.started()
        output.close()
        return events

    return asyncio.run(work())


@pytest.mark.parametrize(
    ("written", "events"),
    [
        (b"one\ntwo\n", ["one", "two"]),
        (b"\n\n", []),
        (b"without an end", ["without an end"]),
        ("員工\n".encode(), ["員工"]),
        (b"\xff\n", ["\ufffd"]),
        (b"x" * LIMIT + b"y\n", ["x" * LIMIT, "y"]),
        (b"x" * LIMIT + b"\nz\n", ["x" * LIMIT, "z"]),
    ],
)
def test_what_is_printed_becomes_an_event_a_line(written, events):
    async def work() -> list[str]:
        found: list[str] = []
        output = opened(found.append)
        for start in range(0, len(written), 32 * 1024):  # a pipe holds 64 KiB
            os.write(output.standard, written[start : start + 32 * 1024])
            output.drain()
        output.started()
        output.close()
        return found

    assert asyncio.run(work()) == events


def test_a_log_record_stays_one_event_whatever_it_contains():
    traceback = "[ERROR] ValueError: bad\nTraceback (most recent call last):\n  File …\n"
    assert emitted(lambda output: os.write(output.telemetry, frame(traceback))) == [
        traceback.rstrip("\n")
    ]


def test_records_may_arrive_in_pieces():
    whole = frame("first\n") + frame("second")

    def write(output: Output) -> None:
        for start in range(0, len(whole), 5):
            os.write(output.telemetry, whole[start : start + 5])
            output.drain()

    assert emitted(write) == ["first", "second"]


def test_another_writer_on_the_descriptor_of_the_runtime_client_loses_nothing():
    def write(output: Output) -> None:
        os.write(output.telemetry, frame("record"))
        os.write(output.telemetry, b"somebody else, at length\n")

    assert emitted(write) == ["record", "somebody else, at length"]


def test_lines_of_the_platform_come_after_what_was_written_before():
    def write(output: Output) -> None:
        os.write(output.telemetry, frame("record"))
        os.write(output.standard, b"printed\n")
        output.write("END")
        os.write(output.standard, b"later\n")

    assert emitted(write) == ["record", "printed", "END", "later"]


def test_a_second_listener_hears_while_it_is_set():
    heard: list[str] = []

    def write(output: Output) -> None:
        output.write("before")
        output.tee = heard.append
        output.write("during")
        output.tee = None
        output.write("after")

    assert emitted(write) == ["before", "during", "after"]
    assert heard == ["during"]


def test_events_arrive_while_the_sandbox_runs():
    async def work() -> str:
        arrived: asyncio.Queue[str] = asyncio.Queue()
        output = opened(arrived.put_nowait)
        os.write(output.standard, b"alive\n")
        first = await arrived.get()
        output.started()
        output.close()
        return first

    assert asyncio.run(work()) == "alive"


def test_the_next_process_writes_to_the_same_log():
    async def work() -> list[str]:
        events: list[str] = []
        output = opened(events.append)
        os.write(output.standard, b"first\n")
        output.close()
        output.open()
        os.write(output.standard, b"second\n")
        output.close()
        return events

    assert asyncio.run(work()) == ["first", "second"]


def test_code_is_shown_at_its_place_on_lambda():
    async def work() -> list[str]:
        events: list[str] = []
        output = opened(events.append, "/state/code/1")
        os.write(output.telemetry, frame('File "/state/code/1/subject.py"'))
        output.close()
        return events

    assert asyncio.run(work()) == ['File "/var/task/subject.py"']
