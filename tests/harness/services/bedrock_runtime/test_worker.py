from __future__ import annotations

import pytest

from harness.clock import ManualClock
from harness.errors import AwsError
from harness.services.bedrock_runtime import worker
from harness.services.bedrock_runtime.frames import LENGTHS, unpack_answer
from harness.services.bedrock_runtime.task import Answer, Task

TASK = Task(
    "InvokeModel",
    "cohere.embed-v4:0",
    "request-1",
    b'{"input_type": "search_query", "texts": ["leave"]}',
)


class BrokenClock(ManualClock):
    def monotonic(self) -> float:
        raise RuntimeError("the clock stopped")


def answer_in(frame: bytes) -> Answer | AwsError:
    head_length, body_length = LENGTHS.unpack(frame[: LENGTHS.size])
    head = frame[LENGTHS.size : LENGTHS.size + head_length]
    body = frame[LENGTHS.size + head_length :]
    assert len(body) == body_length
    return unpack_answer(head, body)


def test_an_answer_is_framed_with_its_counts():
    answer = answer_in(worker._frame(TASK, ManualClock()))

    assert isinstance(answer, Answer)
    assert (answer.input_tokens, answer.milliseconds) == (2, 0)
    assert answer.body.startswith(b'{"id":"request-1","embeddings":[[')


def test_a_fault_of_ours_is_answered_and_its_traceback_kept(capsys: pytest.CaptureFixture[str]):
    error = answer_in(worker._frame(TASK, BrokenClock()))

    assert isinstance(error, AwsError)
    assert (error.code, error.status) == ("InternalServerException", 500)
    assert "the clock stopped" in capsys.readouterr().err
