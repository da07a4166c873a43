"""Handlers behind a queue; each tells its test the bodies it was given."""

from __future__ import annotations

import json
import os
import signal
from typing import Any

from queues import await_signal, report
from settings import ENVIRONMENT


def bodies(event: Any) -> list[str]:
    return [record["body"] for record in event["Records"]]


def keep(event: Any, context: Any) -> None:
    report(bodies(event))


def answer(event: Any, context: Any) -> Any:
    """Return what the variable ANSWER says, with the first message's id for ID."""
    report(bodies(event))
    return json.loads(ENVIRONMENT["ANSWER"].replace("ID", event["Records"][0]["messageId"]))


def fail_at_first(event: Any, context: Any) -> None:
    """Fail the messages that are received for the first time."""
    report(bodies(event))
    counts = {record["attributes"]["ApproximateReceiveCount"] for record in event["Records"]}
    if "1" in counts:
        raise ValueError("not at the first time")


def die_at_first(event: Any, context: Any) -> None:
    """Kill the sandbox while it has a message for the first time."""
    report(bodies(event))
    if event["Records"][0]["attributes"]["ApproximateReceiveCount"] == "1":
        os.kill(os.getpid(), signal.SIGKILL)


def partly(event: Any, context: Any) -> Any:
    """Report the messages with a bad body as failed."""
    report(bodies(event))
    bad = [r["messageId"] for r in event["Records"] if r["body"].startswith("bad")]
    return {"batchItemFailures": [{"itemIdentifier": one} for one in bad]}


def wait(event: Any, context: Any) -> None:
    """Take the batch, then wait for a signal of the test's."""
    report(bodies(event))
    await_signal()
