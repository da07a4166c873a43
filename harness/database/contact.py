"""What clients do with a database that a fault may meet: open a connection, ask over it (pure)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from harness.database.startup import Refusal


@dataclass(frozen=True, slots=True)
class Opening:
    """What becomes of a new connection; others: how many are open already."""

    others: int
    refusal: Refusal | None = None
    read_only: bool = False


@dataclass(frozen=True, slots=True)
class Exchange:
    """What becomes of a question and its answer; cut: the question reaches nobody.

    farewell: what the server says when it cuts. read_only: what the server is by now.
    """

    delay_s: float = 0.0
    cut: bool = False
    farewell: Refusal | None = None
    read_only: bool = False


class Passage(Protocol):
    """Decides; each returns what is to become of what was planned."""

    def opening(self, planned: Opening) -> Opening: ...

    def exchange(self, planned: Exchange) -> Exchange: ...
