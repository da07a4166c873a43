"""What a child process said before it ended, for the message about its end."""

from __future__ import annotations

from pathlib import Path


def last_words(log: Path) -> str:
    """Return the last line of a child's log: what it complained of, as a rule."""
    lines = log.read_text(errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")
