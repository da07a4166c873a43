"""Tasks and answers as bytes on the pipe between the harness and the model process (pure).

A frame is two lengths of four bytes, a JSON object and a raw body, which may be megabytes.
"""

from __future__ import annotations

import struct
from typing import Any

import orjson

from harness.errors import AwsError
from harness.services.bedrock_runtime.task import Answer, Task

LENGTHS = struct.Struct(">II")


def pack_task(task: Task) -> bytes:
    head = {"operation": task.operation, "model": task.model, "request_id": task.request_id}
    return _pack(head, task.body)


def unpack_task(head: bytes, body: bytes) -> Task:
    return Task(**orjson.loads(head), body=body)


def pack_answer(answer: Answer) -> bytes:
    head = {
        "input_tokens": answer.input_tokens,
        "output_tokens": answer.output_tokens,
        "milliseconds": answer.milliseconds,
        "facts": answer.facts,
    }
    return _pack(head, answer.body)


def pack_error(error: AwsError) -> bytes:
    head = {"code": error.code, "message": error.message, "status": error.status}
    return _pack({"error": head}, b"")


def unpack_answer(head: bytes, body: bytes) -> Answer | AwsError:
    about = orjson.loads(head)
    if "error" in about:
        return AwsError(**about["error"])
    return Answer(body, **about)


def _pack(about: dict[str, Any], body: bytes) -> bytes:
    head = orjson.dumps(about)
    return b"".join([LENGTHS.pack(len(head), len(body)), head, body])
