"""The handlers that the contract tests invoke; all are deployed as one zip."""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from queues import await_signal, report
from settings import ENVIRONMENT

_count = 0
_born = time.time_ns()


def echo(event: Any, context: Any) -> Any:
    return event


def count(event: Any, context: Any) -> dict[str, Any]:
    """Return how often this sandbox was invoked; `hang` when the event says so."""
    global _count  # noqa: PLW0603 - state that outlives an invocation is what is tested
    _count += 1
    if event.get("hang"):
        hang(event, context)
    return {"count": _count, "process": _born, "setting": ENVIRONMENT.get("SETTING")}


def fail(event: Any, context: Any) -> None:
    raise ValueError("the handler failed")


def report_and_fail(event: Any, context: Any) -> None:
    report(context.aws_request_id)
    raise ValueError("the handler failed")


def hang(event: Any, context: Any) -> None:
    threading.Event().wait()


def hold(event: Any, context: Any) -> None:
    """Take a moment, as every function does."""
    threading.Event().wait(0.1)


def leave(event: Any, context: Any) -> None:
    sys.exit(event["code"])


def die(event: Any, context: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def large(event: Any, context: Any) -> str:
    return "x" * event["size"]


def measure(event: Any, context: Any) -> int:
    return len(event)


def report_event(event: Any, context: Any) -> None:
    report(event)


def report_and_wait(event: Any, context: Any) -> str:
    """Say that it runs, then wait for a signal of the test's."""
    report("running")
    await_signal()
    report("done")
    return "done"


def describe(event: Any, context: Any) -> dict[str, Any]:
    """Return what the sandbox offers a handler."""
    return {
        "variables": ENVIRONMENT,
        "directory": str(Path.cwd()),
        "temporary": tempfile.gettempdir(),
        "request_id": context.aws_request_id,
        "function_name": context.function_name,
        "function_version": context.function_version,
        "memory_limit_in_mb": context.memory_limit_in_mb,
        "invoked_function_arn": context.invoked_function_arn,
        "remaining_ms": context.get_remaining_time_in_millis(),
        "client_context": context.client_context and context.client_context.custom,
    }


def talk(event: Any, context: Any) -> None:
    """Write to every place where a handler's output can go."""
    print("printed")
    print("to stderr", file=sys.stderr)
    logging.getLogger().warning("logged 員工")
    logging.getLogger().info("below the level that Lambda logs at")
    raise ValueError("the handler failed")


def embed_metrics(event: Any, context: Any) -> None:
    """Print a line in the embedded metric format, and log it too, which makes it none."""
    directive = {
        "Namespace": event["namespace"],
        "Dimensions": [["stage"]],
        "Metrics": [{"Name": "chunks", "Unit": "Count"}],
    }
    metadata = {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [directive]}
    line = json.dumps({"_aws": metadata, "stage": "embed", "chunks": event["chunks"]})
    print(line)
    logging.getLogger().warning(line)
