"""Which of the covered calls or events are hit (pure).

Whether number n is hit depends on nothing but n, the seed and how many were hit before: the same
order of calls meets the same faults again.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from harness.injection.option import option


@dataclass(frozen=True, slots=True)
class Schedule:
    """Numbers count what the scope covers, from 1."""

    nth: int = option(1, "the first that may be hit, counted from 1", least=1)
    times: int = option(0, "at most so many are hit; 0: all")
    probability: float = option(1.0, "the share that is hit", most=1.0)
    seed: int = option(0, "of the draws: the same seed hits the same ones")

    def hits(self, number: int, before: int) -> bool:
        """Tell whether number `number` is hit, when `before` were already."""
        if number < self.nth or self.used_up(before):
            return False
        return self._drawn(number).random() < self.probability

    def used_up(self, before: int) -> bool:
        return 0 < self.times <= before

    def random(self, number: int) -> Random:
        """Return the numbers that a fault may draw for hit `number`."""
        random = self._drawn(number)
        random.random()  # is spent on whether it is hit
        return random

    def _drawn(self, number: int) -> Random:
        return Random(f"{self.seed}:{number}")  # noqa: S311 - repeatable, not secret
