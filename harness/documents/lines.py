"""Deliveries as plain lines on standard error, for a log."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO

from harness.documents.api import Document
from harness.documents.delivery import Delivery


class Lines:
    """One line whenever something about a file changes."""

    def __init__(self) -> None:
        self._last: dict[Path, str] = {}

    def open(self, path: Path) -> AbstractContextManager[IO[bytes]]:
        self._say(path, f"uploading {path.stat().st_size} bytes")
        return path.open("rb")

    def changed(self, path: Path, document: Document) -> None:
        self._say(path, state(document))

    def ended(self, delivery: Delivery) -> None:
        self._say(delivery.path, delivery.error or f"done in {delivery.seconds:.1f} s")

    def _say(self, path: Path, text: str) -> None:
        if self._last.get(path) != text:
            self._last[path] = text
            print(f"{path.name}: {text}", file=sys.stderr, flush=True)


def state(document: Document) -> str:
    """Return status and stage in a few words."""
    if document.stage and not document.settled:
        return f"{document.status} ({document.stage})"
    return document.status
