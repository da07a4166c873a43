"""A mover between two queues of a list each."""

from __future__ import annotations

from typing import Any

import pytest

from harness.redrive.move import Mover
from harness.redrive.places import Origins, Place

LETTERS, SOURCE = "http://h/1/letters", "http://h/1/source"


class Sqs:
    """Two queues; a message that was received is hidden until it is released."""

    def __init__(self, *bodies: str) -> None:
        self.letters = dict.fromkeys(bodies, True)
        self.sent: list[str] = []
        self.refuses = ""

    def receive_message(self, MaxNumberOfMessages: int, **_: Any) -> dict[str, Any]:  # noqa: N803
        visible = [body for body, seen in self.letters.items() if seen][:MaxNumberOfMessages]
        self.letters |= dict.fromkeys(visible, False)
        return {"Messages": [{"MessageId": b, "ReceiptHandle": b, "Body": b} for b in visible]}

    def send_message(self, QueueUrl: str, MessageBody: str) -> None:  # noqa: N803
        assert QueueUrl == SOURCE
        if MessageBody == self.refuses:
            raise RuntimeError(MessageBody)
        self.sent.append(MessageBody)

    def delete_message(self, QueueUrl: str, ReceiptHandle: str) -> None:  # noqa: N803
        assert (QueueUrl, self.sent[-1]) == (LETTERS, ReceiptHandle)
        del self.letters[ReceiptHandle]

    def change_message_visibility_batch(self, Entries: list[dict[str, Any]], **_: Any) -> None:  # noqa: N803
        assert len({entry["Id"] for entry in Entries}) == len(Entries) <= 10
        self.letters |= {entry["ReceiptHandle"]: True for entry in Entries}


def mover(sqs: Sqs, stop_after: int = 1000) -> Mover:
    origins = Origins([Place("queue", SOURCE)], [])
    return Mover(sqs, None, LETTERS, origins, lambda: len(sqs.sent) >= stop_after)


def test_each_letter_is_sent_and_then_deleted():
    sqs = Sqs(*map(str, range(25)))
    assert len(list(mover(sqs).move(100))) == 25
    assert (sqs.letters, len(sqs.sent)) == ({}, 25)


def test_looking_leaves_every_letter_visible():
    sqs = Sqs(*map(str, range(25)))
    assert len(list(mover(sqs).look(12))) == 12
    assert (set(sqs.letters.values()), sqs.sent) == ({True}, [])


@pytest.mark.parametrize("count", [0, 3, 10, 14])
def test_stopping_loses_nothing(count: int):
    sqs = Sqs(*map(str, range(25)))
    assert len(list(mover(sqs, stop_after=count).move(100))) == count
    assert len(sqs.sent) == count
    assert list(sqs.letters.values()) == [True] * (25 - count)


def test_a_letter_that_cannot_be_sent_stays_with_those_after_it():
    sqs = Sqs("a", "b", "c")
    sqs.refuses = "b"
    with pytest.raises(RuntimeError):
        list(mover(sqs).move(3))
    assert (sqs.sent, sqs.letters) == (["a"], {"b": True, "c": True})
