"""A database that restarts or fails over: what is open ends, what is new is refused."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import ClassVar

from harness.database.contact import Exchange, Opening
from harness.database.startup import Refusal
from harness.injection.scope import DatabaseScope

_ENDS = Refusal("57P01", "terminating connection due to administrator command")
_STARTS = Refusal("57P03", "the database system is starting up")


@dataclass(frozen=True, slots=True)
class DatabaseDown:
    """Connections end with 57P01 when they are used, new ones are refused with 57P03."""

    scope: ClassVar[type[DatabaseScope]] = DatabaseScope

    def opening(self, planned: Opening) -> Opening:
        return replace(planned, refusal=_STARTS)

    def exchange(self, planned: Exchange, random: Random) -> Exchange:
        return replace(planned, cut=True, farewell=_ENDS)


FAULT = DatabaseDown
