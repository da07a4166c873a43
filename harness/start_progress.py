"""What `harness up` shows while it starts: one rewritten line on a terminal, nothing elsewhere."""

from __future__ import annotations

import sys
from typing import Any


class StartProgress:
    """created: how many resources exist so far."""

    def __init__(self) -> None:
        self.created = 0
        self._planned = 0
        self._live = sys.stderr.isatty()
        self._show("starting control plane and database")

    def note(self, event: dict[str, Any]) -> None:
        """Take in an event of `harness.deployment`."""
        if event["event"] == "expanded":
            self._planned = event["resources"]
        elif event["event"] == "created":
            self.created += 1
            self._show(f"{self.created}/{self._planned} resources: {event['logical_id']}")
        elif event["event"] == "setup":
            self._show(" ".join(event["command"]))

    def end(self) -> None:
        """Remove the line."""
        self._write("\r\x1b[K")

    def _show(self, text: str) -> None:
        self._write(f"\r\x1b[K{text}")

    def _write(self, text: str) -> None:
        if self._live:
            sys.stderr.write(text)
            sys.stderr.flush()
