"""A connection to the database that is dead when it is used: NAT, failover, a long freeze."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import ClassVar

from harness.database.contact import Exchange
from harness.injection.scope import ExchangeScope


@dataclass(frozen=True, slots=True)
class DatabaseCut:
    """The connection closes when something is asked over it; the question is lost."""

    scope: ClassVar[type[ExchangeScope]] = ExchangeScope

    def exchange(self, planned: Exchange, random: Random) -> Exchange:
        return replace(planned, cut=True)


FAULT = DatabaseCut
