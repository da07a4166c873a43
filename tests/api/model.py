"""A language model that says what a test wants, or keeps silent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError, ReadTimeoutError


@dataclass
class Model:
    """A Bedrock client; `errors` come first, one a call, then `reply`."""

    reply: str = "依規定辦理。[1]"
    stop_reason: str = "end_turn"
    errors: list[Exception] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, read_seconds: int) -> Model:
        assert read_seconds > 0
        return self

    def converse(self, **request: Any) -> dict[str, Any]:
        self.requests.append(request)
        if self.errors:
            raise self.errors.pop(0)
        return {
            "output": {"message": {"role": "assistant", "content": [{"text": self.reply}]}},
            "stopReason": self.stop_reason,
            "usage": {"inputTokens": 9, "outputTokens": 9, "totalTokens": 18},
        }

    @property
    def message(self) -> str:
        """The user's turn of the only request."""
        [request] = self.requests
        text: str = request["messages"][0]["content"][0]["text"]
        return text


@dataclass
class Time:
    """A clock that only waiting moves."""

    now: float = 100.0

    def monotonic(self) -> float:
        return self.now

    def pass_by(self, seconds: float) -> None:
        self.now += seconds


@dataclass
class Slow:
    """Answers nothing: is silent until the client gives up, or refuses at once, as `fails` says."""

    time: Time
    fails: Callable[[], str]
    read_seconds: int = 0

    def __call__(self, read_seconds: int) -> Slow:
        assert read_seconds > 0
        self.read_seconds = read_seconds
        return self

    def converse(self, **_: Any) -> dict[str, Any]:
        if self.fails() == "silent":
            self.time.pass_by(2 + self.read_seconds)  # to connect, then to read
            raise ReadTimeoutError(endpoint_url="http://bedrock")
        raise throttled()


def throttled() -> ClientError:
    return ClientError({"Error": {"Code": "ThrottlingException", "Message": "slow"}}, "Converse")
