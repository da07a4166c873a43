"""Are the packages there that the project declares?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from importlib import metadata

from harness.doctor.finding import Checkup, Finding, Level

_DISTRIBUTION = "lambda-pipeline-harness"
_NAME = re.compile(r"[A-Za-z0-9._-]+")


def check(_checkup: Checkup) -> Iterator[Finding]:
    try:
        declared = metadata.requires(_DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        yield Finding(Level.PROBLEM, "packages", "the project is not installed", "run `make setup`")
        return
    wanted = required(declared)
    if missing := [name for name in wanted if not _installed(name)]:
        detail = f"missing: {', '.join(missing)}"
        yield Finding(Level.PROBLEM, "packages", detail, "run `make setup`")
    else:
        yield Finding(Level.OK, "packages", f"all {len(wanted)} are installed")


def required(declared: Iterable[str]) -> list[str]:
    """Return the names of the requirements that do not belong to an extra."""
    return [
        match[0] for text in declared if "extra ==" not in text and (match := _NAME.match(text))
    ]


def _installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True
