"""A Lambda function invoked for a request, for as long as the integration may take."""

from __future__ import annotations

import asyncio
import re

from harness.aws import rest_call
from harness.call import Handler
from harness.errors import AwsError
from harness.senders import invocations
from harness.services.apigateway.configuration import Integration
from harness.services.apigateway.refusal import NotEmulatedError, Refusal, RefusedError

_FUNCTION = re.compile(r"(?:^|/functions/)(arn:aws[\w-]*:lambda:[^/]+)(?:/invocations)?$")
_REFUSALS = {
    413: Refusal.BODY_TOO_LARGE,
    429: Refusal.INTEGRATION_UNAVAILABLE,
}


class Invocations:
    """Invokes functions through `door`; those given up on run to their end."""

    def __init__(self, door: Handler, region: str) -> None:
        self._door = door
        self._region = region
        self._running: set[asyncio.Task[bytes]] = set()

    async def invoke(self, integration: Integration, event: bytes, trace: str) -> bytes:
        """Return the function's result; trace: the header that goes along.

        Raises `RefusedError` when the function failed, was throttled, or takes too long.
        """
        running = asyncio.create_task(self._invoke(_function(integration), event, trace))
        self._running.add(running)
        running.add_done_callback(self._running.discard)
        try:
            async with asyncio.timeout(integration.timeout_ms / 1000):
                return await asyncio.shield(running)
        except TimeoutError:
            raise RefusedError(Refusal.INTEGRATION_UNAVAILABLE) from None

    async def close(self) -> None:
        """End the invocations nobody waits for."""
        for running in self._running:
            running.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _invoke(self, function: str, event: bytes, trace: str) -> bytes:
        headers = (
            ("content-type", "application/json"),
            ("x-amz-invocation-type", "RequestResponse"),
            ("x-amzn-trace-id", _without_lineage(trace)),
        )
        call = rest_call(
            *("lambda", self._region, "Invoke", "POST", invocations(function)),
            body=event,
            headers=headers,
        )
        try:
            reply = await self._door(call)
        except AwsError as error:
            raise _refused(error.status) from error
        result = await reply.read()
        if reply.status >= 300 or reply.header("x-amz-function-error"):
            raise _refused(reply.status)
        return result


def _without_lineage(trace: str) -> str:
    """Return the header without what a client may say of functions that ran before: none has."""
    members = (member.strip() for member in trace.split(";"))
    return ";".join(member for member in members if not member.startswith("Lineage="))


def _refused(status: int) -> RefusedError:
    return RefusedError(_REFUSALS.get(status, Refusal.INTEGRATION_FAILED))


def _function(integration: Integration) -> str:
    """Return the ARN in an integration's URI, plain or inside an `…:lambda:path/…` one."""
    match = _FUNCTION.search(integration.uri)
    if integration.kind != "AWS_PROXY" or match is None:
        raise NotEmulatedError(f"integrations of type {integration.kind} with this URI")
    if integration.payload_format != "2.0":
        raise NotEmulatedError(f"payload format {integration.payload_format}, only 2.0 is")
    return match.group(1)
