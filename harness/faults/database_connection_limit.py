"""More connections than the database takes: one for each sandbox is too many."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from harness.database.contact import Opening
from harness.database.startup import Refusal
from harness.injection.option import option
from harness.injection.scope import OpeningScope

_REFUSAL = Refusal("53300", "sorry, too many clients already")


@dataclass(frozen=True, slots=True)
class DatabaseConnectionLimit:
    """A connection over the limit is refused as PostgreSQL does: 53300, too many clients."""

    scope: ClassVar[type[OpeningScope]] = OpeningScope
    connections: int = option(10, "how many may be open, those before the fault included")

    def opening(self, planned: Opening) -> Opening:
        if planned.others < self.connections:
            return planned
        return replace(planned, refusal=_REFUSAL)


FAULT = DatabaseConnectionLimit
