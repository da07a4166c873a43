"""Results of the scenarios, read from the JUnit XML that pytest writes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

PASSED = "passed"
FAILED = "failed"
ERRED = "erred"  # not carried out: its environment or another thing it needs was not there
SKIPPED = "skipped"
_OUTCOMES = {"failure": FAILED, "error": ERRED, "skipped": SKIPPED}


@dataclass(frozen=True, slots=True)
class Scenario:
    """One scenario; `properties` holds what it measured on the way, by name."""

    name: str
    outcome: str
    seconds: float
    message: str
    properties: dict[str, str]


def read(path: Path) -> tuple[Scenario, ...]:
    """Return the scenarios of `path`; none when the file is missing or was cut off.

    Without results no verdict can pass, so there is nothing to raise here.
    """
    try:
        root = ET.parse(path).getroot()  # noqa: S314 - written by our own pytest run
    except (FileNotFoundError, ET.ParseError):
        return ()
    return tuple(_scenario(case) for case in root.iter("testcase"))


def _scenario(case: ET.Element) -> Scenario:
    problem = next((child for child in case if child.tag in _OUTCOMES), None)
    return Scenario(
        name=f"{case.get('classname')}.{case.get('name')}",
        outcome=PASSED if problem is None else _OUTCOMES[problem.tag],
        seconds=float(case.get("time", "0")),
        message="" if problem is None else _first_line(problem.get("message", "")),
        properties={
            entry.get("name", ""): entry.get("value", "") for entry in case.iter("property")
        },
    )


def _first_line(message: str) -> str:
    return message.partition("\n")[0]
