"""Bedrock Runtime: InvokeModel for Cohere Embed v4 and Nova Pro, Converse for Nova Pro.

The models compute in a process of their own (`model_process`); here a request is recognised,
checked against what AWS offers in the region, passed on, and its answer put on the wire.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from harness.call import Call, Headers, Reply
from harness.clock import Clock
from harness.errors import AwsError
from harness.journal import Journal
from harness.services.bedrock_runtime.regions import base_model, finding, refusal
from harness.services.bedrock_runtime.task import Answer, Models, Task

MAX_BODY_BYTES = 25_000_000

_PATH = re.compile(r"^/model/([^/]+)/([a-z-]+)$")
_OPERATIONS = {"invoke": "InvokeModel", "converse": "Converse"}
_STREAMING = {
    "invoke-with-response-stream": "InvokeModelWithResponseStream",
    "converse-stream": "ConverseStream",
}


class BedrockRuntime:
    """strict: refuse, with AWS's words, a model that AWS does not offer in `region`."""

    name = "bedrock_runtime"

    def __init__(
        self, journal: Journal, clock: Clock, region: str, models: Models, *, strict: bool = False
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._region = region
        self._models = models
        self._strict = strict
        self._findings: dict[str, str] = {}

    def claims(self, call: Call) -> bool:
        return call.service == "bedrock" and call.path.startswith("/model/")

    async def handle(self, call: Call) -> Reply:
        operation, model_id = _target(call.path)
        model = self._offered(model_id)
        body = await _body(call)
        started = self._clock.monotonic()
        answer = await self._models.answer(Task(operation, model, call.id, body))
        milliseconds = round((self._clock.monotonic() - started) * 1000, 1)
        self._record(call.id, operation, model_id, answer, milliseconds)
        return Reply(200, _headers(call.id, answer), answer.body)

    def findings(self) -> list[str]:
        """Return what would fail on AWS, one sentence for each model id that was called."""
        return list(self._findings.values())

    async def close(self) -> None:
        await self._models.close()

    def _offered(self, model_id: str) -> str:
        """Return the bare id of the emulated model behind `model_id`."""
        model = base_model(model_id)
        if model is None:
            raise AwsError("ValidationException", "The provided model identifier is invalid.")
        self._note(model_id)
        message = refusal(self._region, model_id)
        if message and self._strict:
            raise AwsError("ValidationException", message)
        return model

    def _note(self, model_id: str) -> None:
        sentence = finding(self._region, model_id)
        if sentence and model_id not in self._findings:
            self._findings[model_id] = sentence
            self._journal.record("bedrock.model_not_offered", model=model_id, region=self._region)

    def _record(
        self, request: str, operation: str, model_id: str, answer: Answer, milliseconds: float
    ) -> None:
        self._journal.record(
            "bedrock.answered",
            id=request,
            operation=operation,
            model=model_id,
            input_tokens=answer.input_tokens,
            output_tokens=answer.output_tokens,
            milliseconds=milliseconds,
            **answer.facts,
        )


def _target(path: str) -> tuple[str, str]:
    """Return the operation and the model id that a path names."""
    match = _PATH.match(path)
    action = match.group(2) if match else ""
    if action in _STREAMING:
        raise AwsError(
            "ValidationException",
            f"Not emulated: {_STREAMING[action]}. Call the operation without streaming.",
        )
    if match is None or action not in _OPERATIONS:
        raise AwsError("UnknownOperationException", f"No operation has the path {path}.", 404)
    return _OPERATIONS[action], unquote(match.group(1))


async def _body(call: Call) -> bytes:
    """Return the body; raises `AwsError` before reading one that says it is too long."""
    _check_size(int(call.header("content-length", "0")))
    body = await call.body.read()
    _check_size(len(body))
    return body


def _check_size(size: int) -> None:
    if size > MAX_BODY_BYTES:
        raise AwsError(
            "ValidationException", f"The request body exceeds {MAX_BODY_BYTES} bytes; send less."
        )


def _headers(request: str, answer: Answer) -> Headers:
    return [
        ("content-type", "application/json"),
        ("x-amzn-requestid", request),
        ("x-amzn-bedrock-input-token-count", str(answer.input_tokens)),
        ("x-amzn-bedrock-output-token-count", str(answer.output_tokens)),
        ("x-amzn-bedrock-invocation-latency", str(answer.milliseconds)),
    ]
