"""Moves letters one after the other: first sent, then deleted, so that none is ever lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.redrive.letter import Letter, letter
from harness.redrive.places import Origins, Place

_AT_ONCE = 10
# Long enough for ten letters to be sent; a letter that is not is back after it at the latest.
_HIDDEN_S = 60


@dataclass(frozen=True)
class Moved:
    """What became of a letter; left: why it stayed, "" when it has a place."""

    letter: Letter
    to: Place | None
    left: str = ""


class Mover:
    """Takes letters out of the queue at `url`; `stop()` tells that nobody wants any more."""

    def __init__(
        self, sqs: Any, aws_lambda: Any, url: str, origins: Origins, stop: Callable[[], bool]
    ) -> None:
        self._sqs = sqs
        self._lambda = aws_lambda
        self._url = url
        self._origins = origins
        self._stop = stop

    def waiting(self) -> int:
        """Return how many letters the queue holds that can be received."""
        name = "ApproximateNumberOfMessages"
        answer = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=[name])
        return int(answer["Attributes"][name])

    def move(self, limit: int) -> Iterator[Moved]:
        """Send up to `limit` letters back, yielding each; those that stay are soon visible."""
        return self._each(limit, self._send)

    def look(self, limit: int) -> Iterator[Moved]:
        """Yield what `move` would do; every letter stays, received once more."""
        return self._each(limit, None)

    def _each(self, limit: int, send: Callable[[Letter, Place], None] | None) -> Iterator[Moved]:
        held: list[Mapping[str, Any]] = []
        try:
            while limit > 0 and not self._stop():
                messages = self._receive(min(_AT_ONCE, limit))
                if not messages:
                    return
                limit -= len(messages)
                held += messages
                for message in messages:
                    if self._stop():
                        return
                    moved = self._settle(letter(message), send)
                    if send is not None and not moved.left:
                        held.remove(message)
                    yield moved
        finally:
            self._release(held)

    def _settle(self, found: Letter, send: Callable[[Letter, Place], None] | None) -> Moved:
        place = self._origins.of(found)
        if isinstance(place, str):
            return Moved(found, None, place)
        if send is not None:
            send(found, place)
        return Moved(found, place)

    def _send(self, found: Letter, place: Place) -> None:
        if place.kind == "queue":
            self._sqs.send_message(QueueUrl=place.address, **found.request())
        else:
            self._lambda.invoke(
                FunctionName=place.address, InvocationType="Event", Payload=found.event
            )
        handle = found.message["ReceiptHandle"]
        self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=handle)

    def _receive(self, count: int) -> list[Mapping[str, Any]]:
        answer = self._sqs.receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=count,
            VisibilityTimeout=_HIDDEN_S,
            WaitTimeSeconds=0,
            MessageSystemAttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        messages: list[Mapping[str, Any]] = answer.get("Messages", [])
        return messages

    def _release(self, messages: Sequence[Mapping[str, Any]]) -> None:
        for start in range(0, len(messages), _AT_ONCE):
            entries = [
                {"Id": str(n), "ReceiptHandle": m["ReceiptHandle"], "VisibilityTimeout": 0}
                for n, m in enumerate(messages[start : start + _AT_ONCE])
            ]
            self._sqs.change_message_visibility_batch(QueueUrl=self._url, Entries=entries)
