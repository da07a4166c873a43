"""What `tests/processor/test_embed.py` does not show through the embedder."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from processor.attempts import answer
from processor.errors import TransientError


def refused(code: str, status: int = 400) -> ClientError:
    metadata = {"HTTPStatusCode": status}
    return ClientError({"Error": {"Code": code}, "ResponseMetadata": metadata}, "Converse")


class Refusing:
    """Raises `errors` in order, then answers; a clock that only pauses move."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.now = 0.0

    def call(self) -> str:
        if self.errors:
            raise self.errors.pop(0)
        return "answer"

    def pause(self, seconds: float) -> None:
        self.now += seconds

    def answer(self, deadline: float) -> str:
        return answer(
            self.call,
            deadline=deadline,
            monotonic=lambda: self.now,
            random=lambda: 1.0,
            pause=self.pause,
        )


@pytest.mark.parametrize("error", [refused("ThrottlingException", 429), refused("Unknown", 502)])
def test_what_may_pass_is_tried_again(error: Exception) -> None:
    model = Refusing(error, error)
    assert model.answer(deadline=60) == "answer"
    assert model.now == 1.5


def test_no_call_begins_after_the_deadline() -> None:
    model = Refusing(*[refused("ThrottlingException")] * 9)
    with pytest.raises(TransientError, match="ThrottlingException"):
        model.answer(deadline=2)
    assert model.now == 1.5


def test_what_a_pause_raises_ends_the_attempts() -> None:
    model = Refusing(refused("ThrottlingException"))

    def over(_: float) -> None:
        raise TransientError("Bedrock", "over")

    model.pause = over
    with pytest.raises(TransientError, match="over"):
        model.answer(deadline=60)
