"""Which queue holds the dead letters, and where they came from: asked from the AWS API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from harness.errors import HarnessError
from harness.redrive.letter import Letter


@dataclass(frozen=True)
class Place:
    """A queue or a function; address: the queue's URL or the function's name or ARN."""

    kind: str
    address: str

    def __str__(self) -> str:
        name = self.address.rpartition("/" if self.kind == "queue" else ":")[2]
        return f"{self.kind} {name}"


class Places:
    """Finds things by their names; `sqs` and `aws_lambda` are boto3's clients."""

    def __init__(self, sqs: Any, aws_lambda: Any) -> None:
        self._sqs = sqs
        self._lambda = aws_lambda

    def queue_url(self, name: str) -> str:
        """Return the URL of a queue named by name, ARN or URL; "" when there is none."""
        plain = name.rpartition("/")[2].rpartition(":")[2]
        try:
            return str(self._sqs.get_queue_url(QueueName=plain)["QueueUrl"])
        except ClientError as error:
            if "NonExistentQueue" in error.response["Error"]["Code"]:
                return ""
            raise

    def dead_letters(self, name: str) -> str:
        """Return the URL of the dead-letter queue that is named, or of the function named."""
        if ":lambda:" not in name and (url := self.queue_url(name)):
            return url
        target = self._dead_letter_target(name)
        if ":sqs:" not in target:
            raise HarnessError(f"{name} has no dead-letter queue, or one that is not SQS's")
        if url := self.queue_url(target):
            return url
        raise HarnessError(f"the dead-letter queue of {name} does not exist: {target}")

    def _dead_letter_target(self, function: str) -> str:
        try:
            found = self._lambda.get_function_configuration(FunctionName=function)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise
            raise HarnessError(f"there is neither a queue nor a function {function}") from None
        if target := found.get("DeadLetterConfig", {}).get("TargetArn", ""):
            return str(target)
        try:
            config = self._lambda.get_function_event_invoke_config(FunctionName=function)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise
            return ""
        on_failure = config.get("DestinationConfig", {}).get("OnFailure", {})
        return str(on_failure.get("Destination", ""))

    def sources(self, url: str) -> list[Place]:
        """Return the queues whose messages SQS moves to this one."""
        pages = self._sqs.get_paginator("list_dead_letter_source_queues").paginate(QueueUrl=url)
        return [Place("queue", source) for page in pages for source in page.get("queueUrls", [])]

    def functions(self, url: str) -> list[Place]:
        """Return the functions whose dead letters Lambda puts into this queue."""
        names = ["QueueArn"]
        answer = self._sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)
        arn = answer["Attributes"]["QueueArn"]
        pages = self._lambda.get_paginator("list_functions").paginate()
        return [
            Place("function", function["FunctionName"])
            for page in pages
            for function in page["Functions"]
            if function.get("DeadLetterConfig", {}).get("TargetArn") == arn
        ]

    def named(self, name: str) -> Place:
        """Return the queue or the function that `--to` names."""
        if ":lambda:" not in name and (url := self.queue_url(name)):
            return Place("queue", url)
        try:
            self._lambda.get_function_configuration(FunctionName=name)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise
            raise HarnessError(f"there is neither a queue nor a function {name}") from None
        return Place("function", name)


@dataclass(frozen=True)
class Origins:
    """Where the letters of one queue may have come from. to: where they shall go instead."""

    queues: Sequence[Place]
    functions: Sequence[Place]
    to: Place | None = None

    def of(self, letter: Letter) -> Place | str:
        """Return the place a letter goes to, or why there is none.

        In a queue that SQS moves messages to, a record is what another queue was sent.
        """
        if letter.event is None or (letter.function and self.queues):
            return self._one("queue", self.queues)
        if letter.function and self.to is None:
            return Place("function", letter.function.removesuffix(":$LATEST"))
        return self._one("function", self.functions)

    def _one(self, kind: str, places: Sequence[Place]) -> Place | str:
        if self.to is not None:
            return self.to if self.to.kind == kind else f"does not go to a {self.to.kind}"
        if len(places) == 1:
            return places[0]
        if not places:
            return f"no {kind} has this dead-letter queue; name one with --to"
        return f"came from one of {', '.join(map(str, places))}; name it with --to"
