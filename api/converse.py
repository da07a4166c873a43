"""One question to a language model through Bedrock's Converse, within the time that is left."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from typing import Any

from api.deadline import Deadline
from processor import attempts
from processor.errors import TransientError
from processor.logs import logger

MAX_ANSWER_TOKENS = 800

# No call begins with less, it could not end in time; `api.aws` waits 2 s for a connection.
LEAST_SECONDS = 5.0
CONNECT_SECONDS = 2.0

# A quota that is not free by then is better reported than waited for.
PATIENCE_SECONDS = 10.0


@dataclass(frozen=True)
class Reply:
    """text: what the model said. stop_reason: in the words of Bedrock."""

    text: str
    stop_reason: str


def _wait(seconds: float) -> None:
    Event().wait(seconds)


@dataclass(frozen=True)
class Converse:
    """client(read_seconds) returns a `bedrock-runtime` client that makes one attempt a call."""

    client: Callable[[int], Any]
    model_id: str
    pause: Callable[[float], object] = _wait
    random: Callable[[], float] = random.random

    def __call__(self, system: str, message: str, deadline: Deadline) -> Reply:
        """Return the reply to `message`; raises `TransientError` when none comes in time."""
        begin_until = min(deadline.at - LEAST_SECONDS, deadline.monotonic() + PATIENCE_SECONDS)
        answer = attempts.answer(
            lambda: self._call(system, message, deadline),
            deadline=begin_until,
            monotonic=deadline.monotonic,
            random=self.random,
            pause=self.pause,
        )
        return _reply(answer)

    def _call(self, system: str, message: str, deadline: Deadline) -> dict[str, Any]:
        left = deadline.left()
        if left < LEAST_SECONDS:
            raise TransientError("Bedrock", f"{left:.1f} s are too few to ask {self.model_id}")
        answer: dict[str, Any] = self.client(int(left - CONNECT_SECONDS)).converse(
            modelId=self.model_id,
            system=[{"text": system}],
            messages=[{"role": "user", "content": [{"text": message}]}],
            inferenceConfig={"maxTokens": MAX_ANSWER_TOKENS, "temperature": 0.0},
        )
        return answer


def _reply(answer: dict[str, Any]) -> Reply:
    usage = answer.get("usage", {})
    logger.info(
        "Model answered",
        extra={
            "stop_reason": answer["stopReason"],
            "input_tokens": usage.get("inputTokens"),
            "output_tokens": usage.get("outputTokens"),
        },
    )
    blocks = answer["output"]["message"]["content"]
    return Reply("".join(block.get("text", "") for block in blocks), answer["stopReason"])
