"""The layer at the border of a VPC: a function's calls get where its subnets lead.

SDKs are given addresses by which such a call finds nobody (`names.py`). One that is sent to another
service's address, or by a runtime that somebody else started, comes here, and hears nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from harness.call import Call, Handler, Reply
from harness.errors import AwsError, SilentError
from harness.iam.credential import access_key_id
from harness.iam.sessions import Sessions
from harness.network.names import endpoint_name
from harness.network.reach import Reach

ReachOf = Callable[[str], Awaitable[Reach | None]]


class Border:
    """reach_of(function_arn): what it reaches; None outside a VPC."""

    def __init__(self, sessions: Sessions, reach_of: ReachOf) -> None:
        self._sessions = sessions
        self._reach_of = reach_of

    async def __call__(self, call: Call, proceed: Handler) -> Reply:
        if await self._stops(call):
            raise SilentError
        return await proceed(call)

    async def _stops(self, call: Call) -> bool:
        """Tell whether the call comes from a function that does not reach the service.

        Who uses a presigned URL is elsewhere, whoever signed it.
        """
        if not call.header("authorization"):
            return False
        caller = self._sessions.caller(access_key_id(call))
        service = endpoint_name(call.service, call.path)
        if caller is None or not caller.function_arn or service is None:
            return False
        try:
            reach = await self._reach_of(caller.function_arn)
        except AwsError:  # it was deleted while it ran
            return False
        return reach is not None and not reach.includes(service)
