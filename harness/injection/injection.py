"""One fault as it was asked for: what it does, whom it may hit, which of them it hits (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.errors import UsageError
from harness.injection import catalogue
from harness.injection.fault import Fault
from harness.injection.option import changed, options, read
from harness.injection.schedule import Schedule

NAME = "fault"


@dataclass(frozen=True, slots=True)
class Injection:
    name: str
    fault: Fault
    scope: Any
    schedule: Schedule

    def settings(self) -> dict[str, int | float | str]:
        """Return what `asked` makes the same of."""
        told = (self.fault, self.scope, self.schedule)
        return {NAME: self.name, **{k: v for part in told for k, v in changed(part).items()}}


def asked(settings: Mapping[str, object]) -> Injection:
    """Return what `{"fault": "latency", "ms": 300, "service": "s3", "times": 2}` asks for.

    Values may be texts. Raises `UsageError` for a fault or setting that there is not.
    """
    name = str(settings.get(NAME, ""))
    kind = catalogue.fault(name)
    given = {key: value for key, value in settings.items() if key != NAME}
    known = [one.name for declared in (kind, kind.scope, Schedule) for one in options(declared)]
    for key in given:
        if key not in known:
            raise UsageError(f"{name} has no setting {key!r}; choose from {', '.join(known)}")
    return Injection(name, read(kind, given), read(kind.scope, given), read(Schedule, given))
