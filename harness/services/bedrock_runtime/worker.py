"""The model process: answers the tasks that arrive on stdin, in order, until stdin ends.

A refusal is an answer. A fault of ours is answered as Bedrock answers its own faults, and its
traceback goes to stderr.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterator
from typing import BinaryIO

from harness.clock import Clock, SystemClock
from harness.errors import AwsError
from harness.services.bedrock_runtime.answering import answered
from harness.services.bedrock_runtime.frames import LENGTHS, pack_answer, pack_error, unpack_task
from harness.services.bedrock_runtime.task import Task


def main() -> None:
    clock = SystemClock()
    for task in _tasks(sys.stdin.buffer):
        sys.stdout.buffer.write(_frame(task, clock))
        sys.stdout.buffer.flush()


def _tasks(stream: BinaryIO) -> Iterator[Task]:
    while lengths := stream.read(LENGTHS.size):
        head_length, body_length = LENGTHS.unpack(lengths)
        yield unpack_task(stream.read(head_length), stream.read(body_length))


def _frame(task: Task, clock: Clock) -> bytes:
    try:
        return pack_answer(answered(task, clock))
    except AwsError as error:
        return pack_error(error)
    except Exception:
        # One bad task must not end the process for all the others.
        traceback.print_exc()
        message = "The emulated model failed; its traceback is in the environment's log."
        return pack_error(AwsError("InternalServerException", message, 500))


if __name__ == "__main__":
    main()
