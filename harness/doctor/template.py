"""Can the template be applied? It is read, expanded and planned as `harness up` does it."""

from __future__ import annotations

from collections.abc import Iterator

from harness.doctor.finding import Checkup, Finding, Level
from harness.stack.preview import preview


def check(checkup: Checkup) -> Iterator[Finding]:
    answer = preview(checkup.template)
    if answer["event"] == "expanded":
        detail = f"{checkup.template}: {answer['resources']} resources"
        yield Finding(Level.OK, "template", detail)
    else:
        message = answer.get("message", "it could not be checked")
        yield Finding(Level.PROBLEM, "template", f"{message}", "correct it, or name another")
