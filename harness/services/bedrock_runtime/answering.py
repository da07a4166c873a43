"""A task answered by the emulated model it is meant for: the half of the service that computes."""

from __future__ import annotations

from collections.abc import Callable

import orjson

from harness.clock import Clock
from harness.services.bedrock_runtime import embed_v4, nova
from harness.services.bedrock_runtime.completion import Completion
from harness.services.bedrock_runtime.malformed import invalid
from harness.services.bedrock_runtime.task import Answer, Task

_MODELS: dict[tuple[str, str], Callable[[bytes, str], Completion]] = {
    ("InvokeModel", "cohere.embed-v4:0"): embed_v4.invoke,
    ("InvokeModel", "amazon.nova-pro-v1:0"): nova.invoke,
    ("Converse", "amazon.nova-pro-v1:0"): nova.converse,
}


def answered(task: Task, clock: Clock) -> Answer:
    """Return the answer to `task`; raises `AwsError` when the model refuses it."""
    model = _MODELS.get((task.operation, task.model))
    if model is None:
        raise invalid(f"The model {task.model} does not support {task.operation}.")
    started = clock.monotonic()
    completion = model(task.body, task.request_id)
    milliseconds = round((clock.monotonic() - started) * 1000)
    members = dict(completion.members)
    if task.operation == "Converse":
        members["metrics"] = {"latencyMs": milliseconds}
    return Answer(
        orjson.dumps(members, option=orjson.OPT_SERIALIZE_NUMPY),
        completion.input_tokens,
        completion.output_tokens,
        milliseconds,
        completion.facts,
    )
