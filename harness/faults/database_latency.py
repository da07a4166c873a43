"""A database that takes its time to answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import ClassVar

from harness.database.contact import Exchange
from harness.injection.delay import drawn_s
from harness.injection.option import option
from harness.injection.scope import ExchangeScope


@dataclass(frozen=True, slots=True)
class DatabaseLatency:
    """What is asked of the database reaches it later."""

    scope: ClassVar[type[ExchangeScope]] = ExchangeScope
    ms: float = option(100.0, "milliseconds that each question waits")
    jitter_ms: float = option(0.0, "up to so many more, drawn for each")

    def exchange(self, planned: Exchange, random: Random) -> Exchange:
        seconds = drawn_s(self.ms, self.jitter_ms, random)
        return replace(planned, delay_s=planned.delay_s + seconds)


FAULT = DatabaseLatency
