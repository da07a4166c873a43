"""How deliveries behave: late, twice, out of order, with hostile keys (aws-behaviour §5.2.3, §5.4).

Off by default: every event once, at once, encoded as AWS encodes. All of it is pure; whoever draws
passes the random numbers in, so a seed makes a run repeatable.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from harness.errors import UsageError

HELD_BACK_S = 1.0
_AT_ONCE = (0.0,)
_NUMBER = r"(?:[0-9]+(?:\.[0-9]+)?)"
_DELAY = re.compile(rf"({_NUMBER})(?:\.\.({_NUMBER}))?")
_TAIL = re.compile(rf"({_NUMBER})@({_NUMBER})")
_EXAMPLE = "delay=0.5..3,tail=60@0.001,duplicates=0.01,reorder=0.05,keys=hostile,seed=7"


@dataclass(frozen=True, slots=True)
class Profile:
    """What happens to each event on its way to one destination.

    shortest_s, longest_s: its delay, evenly distributed. tail_s: the delay of the share `tail`.
    duplicates: the share delivered twice, each copy with a delay of its own. reorder: the share
    held back for a further second, so that later ones overtake it. hostile_keys: `/` is encoded.
    """

    shortest_s: float = 0.0
    longest_s: float = 0.0
    tail_s: float = 0.0
    tail: float = 0.0
    duplicates: float = 0.0
    reorder: float = 0.0
    hostile_keys: bool = False
    seed: int = 0

    @property
    def plain(self) -> str:
        """Return the characters of a key that stay as they are in records."""
        return "" if self.hostile_keys else "/"

    def delays(self, random: Random) -> tuple[float, ...]:
        """Return the seconds after which each copy of one event is delivered."""
        if not (self.longest_s or self.tail or self.duplicates or self.reorder):
            return _AT_ONCE
        copies = 2 if random.random() < self.duplicates else 1
        return tuple(self._delay(random) for _ in range(copies))

    def _delay(self, random: Random) -> float:
        drawn = random.uniform(self.shortest_s, self.longest_s)
        seconds = self.tail_s if random.random() < self.tail else drawn
        return seconds + (HELD_BACK_S if random.random() < self.reorder else 0.0)

    def text(self) -> str:
        """Return the profile as `parse` reads it."""
        parts = [
            f"delay={self.shortest_s:g}..{self.longest_s:g}" if self.longest_s else "",
            f"tail={self.tail_s:g}@{self.tail:g}" if self.tail else "",
            f"duplicates={self.duplicates:g}" if self.duplicates else "",
            f"reorder={self.reorder:g}" if self.reorder else "",
            "keys=hostile" if self.hostile_keys else "",
            f"seed={self.seed}" if self.seed else "",
        ]
        return ",".join(part for part in parts if part) or "off"


def parse(text: str) -> Profile:
    """Return the profile that "delay=0.5..3,duplicates=0.01" or "off" describes.

    Settings are separated by commas or lines. Raises `UsageError` for anything else.
    """
    words = [word.strip() for word in re.split(r"[,\n]", text) if word.strip()]
    if words == ["off"]:
        return Profile()
    settings: dict[str, Any] = {}
    for word in words:
        name, _, value = word.partition("=")
        read = _SETTINGS.get(name.strip())
        if read is None:
            raise UsageError(
                f"the delivery profile has no setting {word!r}; choose from "
                f"{', '.join(_SETTINGS)}, as in {_EXAMPLE}"
            )
        settings |= read(value.strip())
    return Profile(**settings)


def _delay(value: str) -> dict[str, float]:
    match = _DELAY.fullmatch(value)
    if match is None:
        raise UsageError(f"delay={value}: seconds are needed, as in 2 or 0.5..3")
    shortest = float(match[1])
    longest = float(match[2] or shortest)
    if longest < shortest:
        raise UsageError(f"delay={value}: the longest delay is shorter than the shortest")
    return {"shortest_s": shortest, "longest_s": longest}


def _tail(value: str) -> dict[str, float]:
    match = _TAIL.fullmatch(value)
    if match is None:
        raise UsageError(f"tail={value}: SECONDS@SHARE is needed, as in 60@0.001")
    return {"tail_s": float(match[1]), **_share("tail", match[2])}


def _share(name: str, value: str) -> dict[str, float]:
    if not re.fullmatch(_NUMBER, value) or float(value) > 1:
        raise UsageError(f"{name}={value}: a share from 0 to 1 is needed, as in 0.05")
    return {name: float(value)}


def _keys(value: str) -> dict[str, bool]:
    if value not in ("aws", "hostile"):
        raise UsageError(f"keys={value}: aws or hostile is needed")
    return {"hostile_keys": value == "hostile"}


def _seed(value: str) -> dict[str, int]:
    if not re.fullmatch(r"[0-9]{1,18}", value):
        raise UsageError(f"seed={value}: a whole number is needed")
    return {"seed": int(value)}


_SETTINGS: dict[str, Callable[[str], Mapping[str, Any]]] = {
    "delay": _delay,
    "tail": _tail,
    "duplicates": lambda value: _share("duplicates", value),
    "reorder": lambda value: _share("reorder", value),
    "keys": _keys,
    "seed": _seed,
}
