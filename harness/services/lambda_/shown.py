"""Paths as they are on Lambda, for a sandbox that could not have its code at `/var/task` (pure).

Stack traces in error payloads and log records name the code directory; a function that compares or
prints them shall find the same everywhere.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from harness.services.lambda_.outcome import Outcome

_TASK_ROOT = "/var/task"


class Shown:
    """task_root: where the code is for the function; nothing is changed when it is /var/task."""

    def __init__(self, task_root: Path) -> None:
        self._real = str(task_root)
        # In JSON the path may be escaped.
        self._forms = sorted({self._real, json.dumps(self._real)[1:-1]})
        self._needed = self._real != _TASK_ROOT

    def text(self, message: str) -> str:
        if self._needed:
            for form in self._forms:
                message = message.replace(form, _TASK_ROOT)
        return message

    def outcome(self, outcome: Outcome) -> Outcome:
        """Return a failure with its payload changed; a result is the function's own business."""
        if not self._needed or not outcome.failed:
            return outcome
        payload = outcome.payload
        for form in self._forms:
            payload = payload.replace(form.encode(), _TASK_ROOT.encode())
        return replace(outcome, payload=payload)
