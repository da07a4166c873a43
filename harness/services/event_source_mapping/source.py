"""The queue behind a mapping: the calls a poller makes to SQS, all through the door."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from harness.aws import ACCOUNT, json_answer, json_call
from harness.call import Handler
from harness.errors import AwsError
from harness.services.event_source_mapping.gathering import Received
from harness.services.sqs import Queues, name_of

MOST_RECEIVED = 10
_NOT_RECEIVABLE = (
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)


def is_gone(error: AwsError) -> bool:
    """Tell whether SQS says that there is no such queue."""
    return error.code.endswith(("QueueDoesNotExist", "NonExistentQueue"))


class Source:
    """news: what is known of the queue on our side of the control plane."""

    def __init__(self, door: Handler, arn: str, queues: Queues) -> None:
        self._door = door
        self._queues = queues
        self.news = queues[name_of(arn)]
        _, _, _, self._region, account, name = arn.split(":")
        host = f"sqs.{self._region}.amazonaws.com"
        self._url = f"http://{host}/{account or ACCOUNT}/{name}"

    async def attributes(self) -> Mapping[str, str]:
        """Return the queue's attributes, asked for once after each change of them."""
        if self.news.attributes is None:
            answer = await self._call("GetQueueAttributes", AttributeNames=["All"])
            self.news.attributes = answer["Attributes"]
        return self.news.attributes

    async def tell_dead_letters(self) -> None:
        """Let the dead-letter queue be looked at: a receive may have moved messages there."""
        if policy := (await self.attributes()).get("RedrivePolicy"):
            self._queues[name_of(orjson.loads(policy).get("deadLetterTargetArn"))].changed()

    async def hidden(self) -> int:
        """Return how many messages are in flight or delayed."""
        answer = await self._call("GetQueueAttributes", AttributeNames=[*_NOT_RECEIVABLE])
        return sum(int(count) for count in answer.get("Attributes", {}).values())

    async def receive(self, most: int, visibility_s: int) -> list[dict[str, Any]]:
        """Return up to `most` (1 to 10) messages with all their attributes, without waiting."""
        answer = await self._call(
            "ReceiveMessage",
            MaxNumberOfMessages=most,
            VisibilityTimeout=visibility_s,
            WaitTimeSeconds=0,
            MessageSystemAttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        messages: list[dict[str, Any]] = answer.get("Messages", [])
        return messages

    async def delete(self, messages: Sequence[Received]) -> list[str]:
        """Delete messages; returns why for those that were not."""
        reasons: list[str] = []
        for some in _tens(messages):
            answer = await self._call("DeleteMessageBatch", Entries=_entries(some))
            reasons += [failed.get("Message", "") for failed in answer.get("Failed", [])]
        return reasons

    async def release(self, messages: Sequence[Received]) -> None:
        """Make messages visible now."""
        for some in _tens(messages):
            entries = [{**entry, "VisibilityTimeout": 0} for entry in _entries(some)]
            await self._call("ChangeMessageVisibilityBatch", Entries=entries)

    async def _call(self, operation: str, **members: Any) -> dict[str, Any]:
        request = {"QueueUrl": self._url, **members}
        call = json_call("sqs", self._region, f"AmazonSQS.{operation}", request)
        return await json_answer(self._door, call)


def _tens(messages: Sequence[Received]) -> Iterator[Sequence[Received]]:
    for start in range(0, len(messages), MOST_RECEIVED):
        yield messages[start : start + MOST_RECEIVED]


def _entries(messages: Sequence[Received]) -> list[dict[str, Any]]:
    return [
        {"Id": str(number), "ReceiptHandle": message.receipt_handle}
        for number, message in enumerate(messages)
    ]
