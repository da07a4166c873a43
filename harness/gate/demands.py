"""What whoever promotes an artefact demands of a report: that it is about this very artefact."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.errors import UsageError


def about(subject: Mapping[str, Any], *, image: str | None, commit: str | None) -> None:
    """Raise `UsageError` unless the report is about `image` and `commit`, None being any.

    image: ID, content digest or reference. A tree with uncommitted changes is about no commit.
    """
    images = subject["images"].values()
    if image is not None and image not in {name for one in images for name in one.values()}:
        judged = ", ".join(f"{one['reference']} ({one['id']})" for one in images) or "no image"
        raise UsageError(f"this report is about {judged}, not about {image}; run the gate with it")
    if commit is not None:
        _about_commit(subject, commit)


def _about_commit(subject: Mapping[str, Any], commit: str) -> None:
    judged = subject["commit"] or "no commit"
    if not commit or not judged.startswith(commit):
        raise UsageError(f"this report is about {judged}, not about {commit}; run the gate with it")
    if subject["dirty"]:
        raise UsageError(
            f"this report is about {judged} with uncommitted changes; commit and run the gate"
        )
