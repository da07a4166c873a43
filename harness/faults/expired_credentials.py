"""Credentials whose session is over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from harness.call import Call, Handler, Reply
from harness.iam.credential import access_key_id
from harness.iam.refusal import expired
from harness.injection.fault import Hit
from harness.injection.scope import CallScope


@dataclass(frozen=True, slots=True)
class ExpiredCredentials:
    """The service says that the credentials have expired; calls without any pass."""

    scope: ClassVar[type[CallScope]] = CallScope

    async def around(self, call: Call, proceed: Handler, hit: Hit) -> Reply:
        if not access_key_id(call):
            return await proceed(call)
        raise expired(call)


FAULT = ExpiredCredentials
