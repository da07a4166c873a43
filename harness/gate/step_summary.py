"""GitHub's step summary: Markdown that a job appends to a file shows on the page of its run."""

from __future__ import annotations

from pathlib import Path

from harness.errors import UsageError

LIMIT = 1024 * 1024  # GitHub shows nothing at all of a longer one
_CUT = "\n\nCut here: GitHub shows no longer summary. report.md has all of it.\n"


def append(path: Path, markdown: str) -> None:
    """Append to the summary what there is room for; raises `UsageError` if it cannot be written."""
    try:
        with path.open("ab") as file:
            file.write(fitting(markdown, LIMIT - file.tell()))
    except OSError as error:
        raise UsageError(f"the step summary {path} cannot be written: {error.strerror}") from error


def fitting(markdown: str, room: int) -> bytes:
    """Return the text in at most `room` bytes, and a note at its end when something is missing."""
    text, note = markdown.encode(), _CUT.encode()
    if len(text) <= room:
        return text
    kept = text[: max(0, room - len(note))].decode(errors="ignore").encode()
    return kept + note if len(note) <= room else b""
