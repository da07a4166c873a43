"""Throttling, in the words of the service that was asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from harness.call import Call, Handler, Reply
from harness.injection.fault import Hit
from harness.injection.scope import CallScope
from harness.injection.service_errors import throttled


@dataclass(frozen=True, slots=True)
class Throttle:
    """The service refuses the call because there are too many, as this service does it."""

    scope: ClassVar[type[CallScope]] = CallScope

    async def around(self, call: Call, proceed: Handler, hit: Hit) -> Reply:
        raise throttled(call.service)


FAULT = Throttle
