"""Types of parameters that several routes have."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AwareDatetime, BeforeValidator, StringConstraints

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


def _rfc3339(value: Any) -> Any:
    """Refuse the numbers and the shorter forms that pydantic takes for a time as well."""
    if isinstance(value, str) and not _RFC3339.fullmatch(value):
        raise ValueError("must be a date and time with a time zone, 2026-01-05T03:12:44Z")
    return value


Moment = Annotated[AwareDatetime, BeforeValidator(_rfc3339)]

# What PostgreSQL takes for text.
Text = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=255)]
