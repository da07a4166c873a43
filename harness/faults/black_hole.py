"""A black hole: connections are accepted, requests taken, and that is all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from harness.call import Call, Handler, Reply
from harness.errors import SilentError
from harness.injection.fault import Hit
from harness.injection.scope import CallScope


@dataclass(frozen=True, slots=True)
class BlackHole:
    """Nothing is carried out and no answer comes, until the client's own time-out."""

    scope: ClassVar[type[CallScope]] = CallScope

    async def around(self, call: Call, proceed: Handler, hit: Hit) -> Reply:
        raise SilentError


FAULT = BlackHole
