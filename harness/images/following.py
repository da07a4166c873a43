"""What an engine says of a build -> steps as they begin, and what is to be said of a failure.

BuildKit's steps run side by side, so what each says is kept apart. Every other builder tells of one
after the other: that is one step here.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from harness.images import trace

_KEPT_LINES = 12
_KEPT_CHARACTERS = 4000
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_STEP = re.compile(r"Step \d+/\d+ : ")
_ONLY = ""

Say = Callable[[str], None]


class Following:
    """say: takes each step as it begins. failure: the engine's words, "" while there is none."""

    def __init__(self, say: Say) -> None:
        self.failure = ""
        self._say = say
        self._begun: set[str] = set()
        self._said: dict[str, str] = defaultdict(str)
        self._errors: dict[str, str] = {}

    def take(self, event: Mapping[str, Any]) -> None:
        self.failure = event.get("error", self.failure)
        if event.get("id") == trace.EVENT:
            for told in trace.read(event["aux"]):
                if isinstance(told, trace.Output):
                    self._keep(told.step, told.text)
                else:
                    self._step(told)
        elif text := event.get("stream"):
            self._keep(_ONLY, text)
            if _STEP.match(text):
                self._say(text.strip())

    @property
    def output(self) -> list[str]:
        """The last lines of the step that failed; its name is the first when there are not more."""
        failed = (step for step, error in self._errors.items() if error in self.failure)
        lines = (line.strip() for line in self._said[next(failed, _ONLY)].splitlines())
        return [line for line in lines if line][-_KEPT_LINES:]

    def _step(self, step: trace.Step) -> None:
        if step.started and step.id not in self._begun:
            self._begun.add(step.id)
            self._keep(step.id, f"{step.name}\n")
            self._say(step.name)
        if step.error:
            self._errors[step.id] = step.error

    def _keep(self, step: str, text: str) -> None:
        """A program's line may come in pieces."""
        self._said[step] = (self._said[step] + _COLOURS.sub("", text))[-_KEPT_CHARACTERS:]
