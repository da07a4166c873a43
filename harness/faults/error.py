"""An error that the service answers instead of doing its work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from harness.call import Call, Handler, Reply
from harness.errors import AwsError, UsageError
from harness.injection.fault import Hit
from harness.injection.option import option
from harness.injection.scope import CallScope
from harness.injection.service_errors import internal


@dataclass(frozen=True, slots=True)
class ErrorAnswer:
    """The service answers an error and does nothing; by default that it failed."""

    scope: ClassVar[type[CallScope]] = CallScope
    code: str = option("", "AWS's code of the error; default: the service's own failure")
    status: int = option(500, "HTTP status that goes with the code", least=400, most=599)
    message: str = option("", "the words of the error")

    def __post_init__(self) -> None:
        if not self.code and (self.message or self.status != 500):
            raise UsageError("error: --status and --message need a --code that they belong to")

    async def around(self, call: Call, proceed: Handler, hit: Hit) -> Reply:
        if not self.code:
            raise internal(call.service)
        raise AwsError(self.code, self.message, self.status)


FAULT = ErrorAnswer
