"""What the service asks of an emulated model, and what it gets back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Task:
    """operation: "InvokeModel" or "Converse"; model: the bare model id; body: the request's."""

    operation: str
    model: str
    request_id: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """body: the response's; milliseconds: what the model took; facts: for the journal."""

    body: bytes
    input_tokens: int
    output_tokens: int
    milliseconds: int
    facts: dict[str, Any] = field(default_factory=dict)


class Models(Protocol):
    """Whoever answers tasks; refusals are `AwsError`s."""

    async def answer(self, task: Task) -> Answer: ...

    async def close(self) -> None: ...
