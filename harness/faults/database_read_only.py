"""A database that became a reader: a failover to the other instance."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import ClassVar

from harness.database.contact import Exchange, Opening
from harness.injection.scope import DatabaseScope


@dataclass(frozen=True, slots=True)
class DatabaseReadOnly:
    """Open connections close when they are used; new ones refuse to write with 25006."""

    scope: ClassVar[type[DatabaseScope]] = DatabaseScope

    def opening(self, planned: Opening) -> Opening:
        return replace(planned, read_only=True)

    def exchange(self, planned: Exchange, random: Random) -> Exchange:
        return replace(planned, read_only=True)


FAULT = DatabaseReadOnly
