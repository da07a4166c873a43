"""Invoke a Lambda function and print what it answers.

A function error ends with exit code 1; the answer is printed all the same.

examples:
  harness invoke hr-chatbot-file-processor --payload '{"Records": []}'
  harness invoke hr-chatbot-file-processor --payload @event.json --tail
  jq . event.json | harness invoke hr-chatbot-file-processor --payload - --type Event
"""

from __future__ import annotations

import argparse
import base64
import json
import sys
from pathlib import Path
from typing import Any

from harness import environment
from harness.errors import UsageError
from harness.settings import Settings
from harness.state import State

HELP = "invoke a Lambda function"
_TYPES = ("RequestResponse", "Event", "DryRun")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("function", metavar="FUNCTION", help="name or ARN")
    parser.add_argument(
        "--payload", default="{}", metavar="JSON", help="JSON, @FILE, or - for standard input"
    )
    parser.add_argument("--type", choices=_TYPES, default=_TYPES[0])
    parser.add_argument("--tail", action="store_true", help="print the end of its log to stderr")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    payload = read_payload(arguments.payload)
    running = environment.load(State(settings.state_dir))
    from harness import boto

    with boto.speaking_to(running):
        answer = boto.client(running, "lambda").invoke(
            FunctionName=arguments.function,
            InvocationType=arguments.type,
            LogType="Tail" if arguments.tail else "None",
            Payload=payload,
        )
        body = answer["Payload"].read()
    return _report(answer, body)


def read_payload(text: str) -> bytes:
    """Return the payload that an argument names; raises `UsageError` when it is not JSON."""
    try:
        content = _content(text)
        json.loads(content)
    except OSError as error:
        raise UsageError(f"{text[1:]} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise UsageError(f"the payload is not JSON: {error}") from error
    return content


def _content(text: str) -> bytes:
    if text == "-":
        return sys.stdin.buffer.read()
    if text.startswith("@"):
        return Path(text[1:]).read_bytes()
    return text.encode()


def _report(answer: dict[str, Any], body: bytes) -> int:
    if log := answer.get("LogResult"):
        print(base64.b64decode(log).decode(errors="replace").rstrip(), file=sys.stderr)
    if body:
        print(body.decode(errors="replace"))
    else:
        print(f"accepted with status {answer['StatusCode']}", file=sys.stderr)
    if error := answer.get("FunctionError"):
        print(f"harness: the function failed ({error})", file=sys.stderr)
        return 1
    return 0
