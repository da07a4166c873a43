"""What an emulated model returns before it is put on the wire."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Completion:
    """members: the response body, arrays as numpy; facts: what the journal may know of the call."""

    members: dict[str, Any]
    input_tokens: int
    output_tokens: int
    facts: dict[str, Any] = field(default_factory=dict)
