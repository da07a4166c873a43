"""A queue with a function behind it, for tests of event source mappings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.contracts.account import ACCOUNT, Account, Function, Queue, eventually, unique

HASTY_S = 2  # no less: a handler calls SQS, on a busy machine


def queue(account: Account, *, fifo: bool = False, **attributes: str) -> Queue:
    name = unique("buffer") + (".fifo" if fifo else "")
    settings = {"FifoQueue": "true", **attributes} if fifo else attributes
    url = account.sqs.create_queue(QueueName=name, Attributes=settings)["QueueUrl"]
    return Queue(account.sqs, url, f"arn:aws:sqs:{account.region}:{ACCOUNT}:{name}")


def hasty(account: Account, *, fifo: bool = False, **attributes: str) -> Queue:
    """Create a queue whose messages are soon visible again; its function may take no longer."""
    return queue(account, fifo=fifo, VisibilityTimeout=str(HASTY_S), **attributes)


@dataclass(frozen=True)
class Buffered:
    """reports: where the function tells the bodies of each batch it was given."""

    account: Account
    queue: Queue
    function: Function
    reports: Queue
    uuid: str

    def send(self, *bodies: str, **more: Any) -> list[str]:
        """Send messages with one call; returns their ids."""
        entries = [
            {"Id": str(number), "MessageBody": body, **more} for number, body in enumerate(bodies)
        ]
        answer = self.queue.sqs.send_message_batch(QueueUrl=self.queue.url, Entries=entries)
        return [sent["MessageId"] for sent in answer["Successful"]]

    def batch(self) -> list[str]:
        """Return the bodies of the next batch, waiting for it."""
        found: list[str] = self.reports.receive()
        return found

    def mapping(self) -> dict[str, Any]:
        found: dict[str, Any] = self.account.lambda_.get_event_source_mapping(UUID=self.uuid)
        return found

    def update(self, **settings: Any) -> dict[str, Any]:
        aws_lambda = self.account.lambda_
        answer: dict[str, Any] = aws_lambda.update_event_source_mapping(UUID=self.uuid, **settings)
        return answer

    def reached(self, state: str) -> dict[str, Any]:
        """Return the mapping once it is in `state`."""

        def found() -> dict[str, Any] | None:
            mapping = self.mapping()
            return mapping if mapping["State"] == state else None

        return eventually(found)

    def emptied(self) -> None:
        """Wait until no message is left in the queue, visible or not."""
        emptied(self.queue)


def emptied(queue: Queue) -> None:
    def empty() -> bool | None:
        answer = queue.sqs.get_queue_attributes(QueueUrl=queue.url, AttributeNames=["All"])
        names = ("", "NotVisible", "Delayed")
        counts = [answer["Attributes"][f"ApproximateNumberOfMessages{name}"] for name in names]
        return True if counts == ["0"] * len(names) else None

    eventually(empty)


def buffered(
    account: Account,
    handler: str = "keep",
    *,
    source: Queue | None = None,
    variables: dict[str, str] | None = None,
    function: dict[str, Any] | None = None,
    **settings: Any,
) -> Buffered:
    """Put a queue before a handler of `functions/batches.py`; settings: of the mapping.

    The function has 10 s before a queue of its own, and is hasty before one that is given.
    """
    reports = account.queue()
    deployed = account.function(
        f"batches.{handler}",
        {"REPORTS": reports.url, **(variables or {})},
        **{"Timeout": HASTY_S if source else 10, **(function or {})},
    )
    source = source or queue(account)
    made = account.lambda_.create_event_source_mapping(
        EventSourceArn=source.arn, FunctionName=deployed.name, **settings
    )
    return Buffered(account, source, deployed, reports, made["UUID"])
