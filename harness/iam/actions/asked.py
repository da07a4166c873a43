"""One permission that a call needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Asked:
    """action: "s3:GetObject"; resource: its ARN, "*" where the action has none, None when unknown.

    shown: what AWS's message calls the resource, when not its ARN. context: condition keys, in
    lower case, that come with this action.
    """

    action: str
    resource: str | None
    shown: str = ""
    context: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


Request = Mapping[str, Any]
