"""SQS to Lambda: how many messages a second, and how long one takes to reach its handler."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from harness import boto
from harness.disposable import Disposable
from harness.gate import dispatch
from harness.gate.quantile import quantile
from loadtests.benchmarks.client import PATIENCE_S
from loadtests.benchmarks.deploy import deploy

MESSAGES, BATCH, SINGLE = 500, 10, 100
HANDLER = "def handler(event, context):\n    return len(event['Records'])\n"
_POLL_S = 0.02


@dataclass(frozen=True)
class Buffered:
    """A queue with a trivial function behind it."""

    sqs: Any
    url: str
    name: str
    journal: Path

    def handled(self) -> dict[str, float]:
        """Return when the handler of each message so far started, by message id."""
        started: dict[str, float] = {}
        batches: dict[str, list[str]] = {}
        for event in dispatch.read(self.journal):
            match event["kind"]:
                case "mapping.invoked" if event["queue"] == self.name:
                    batches[event["request_id"]] = event["message_ids"]
                case "invocation.started":
                    for message in batches.get(event["request_id"], ()):
                        started[message] = event["time"]
        return started

    def until_empty(self) -> None:
        """Wait until every message was processed and deleted."""
        deadline, pause = time.monotonic() + PATIENCE_S, threading.Event()
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        while set(self._attributes(names).values()) != {"0"}:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.name} was not emptied in {PATIENCE_S:g} s")
            pause.wait(_POLL_S)

    def _attributes(self, names: list[str]) -> dict[str, str]:
        answer = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=names)
        attributes: dict[str, str] = answer["Attributes"]
        return attributes


@pytest.fixture
def buffered(environment: Disposable) -> Buffered:
    aws_lambda, sqs = (boto.client(environment.facts, name) for name in ("lambda", "sqs"))
    name, _ = deploy(aws_lambda, HANDLER)
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    aws_lambda.create_event_source_mapping(
        EventSourceArn=arn["Attributes"]["QueueArn"], FunctionName=name, BatchSize=BATCH
    )
    return Buffered(sqs, url, name, environment.state_dir / "journal.jsonl")


def test_messages_per_second(benchmark: BenchmarkFixture, buffered: Buffered) -> None:
    """A round is 500 messages from the first SendMessageBatch to the last deletion."""
    sent: list[str] = []
    seconds: list[float] = []

    def process() -> None:
        began = time.perf_counter()
        for _ in range(MESSAGES // BATCH):
            entries = [{"Id": str(n), "MessageBody": "{}"} for n in range(BATCH)]
            answer = buffered.sqs.send_message_batch(QueueUrl=buffered.url, Entries=entries)
            sent.extend(message["MessageId"] for message in answer["Successful"])
        buffered.until_empty()
        seconds.append(time.perf_counter() - began)

    benchmark.pedantic(process, rounds=3, warmup_rounds=1)  # type: ignore[no-untyped-call]
    assert set(buffered.handled()) == set(sent)
    benchmark.extra_info["messages_per_s"] = [MESSAGES / taken for taken in seconds[1:]]


def test_latency(benchmark: BenchmarkFixture, buffered: Buffered) -> None:
    """A round is one message until it was processed; `extra_info`: from the call to the handler."""
    sent: dict[str, float] = {}

    def process() -> None:
        called = time.time()
        answer = buffered.sqs.send_message(QueueUrl=buffered.url, MessageBody="{}")
        sent[answer["MessageId"]] = called
        buffered.until_empty()

    benchmark.pedantic(process, rounds=SINGLE, warmup_rounds=3)  # type: ignore[no-untyped-call]
    handled = buffered.handled()
    seconds = [handled[message] - called for message, called in sent.items()]
    benchmark.extra_info |= {
        "messages": len(seconds),
        "p50_s": quantile(seconds, 0.5),
        "p95_s": quantile(seconds, 0.95),
    }
