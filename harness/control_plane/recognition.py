"""Is it moto that answers? Anything else in its place would fail later and less clearly."""

from __future__ import annotations

import asyncio

import orjson

from harness.call import Call
from harness.errors import EnvironmentFailedError
from harness.http1 import ProtocolError
from harness.upstream import Upstream

_TIMEOUT_S = 5.0
_PATH = "/moto-api/config"


async def demand_moto(upstream: Upstream, remedy: str) -> None:
    """Return when moto answers; else raise `EnvironmentFailedError` with the remedy."""
    address = upstream.address
    try:
        async with asyncio.timeout(_TIMEOUT_S):
            reply = await upstream(Call("", "", "GET", _PATH, headers=[("host", address)]))
            answer = await reply.read()
    except (OSError, ProtocolError) as error:
        reason = str(error) or f"within {_TIMEOUT_S:g} s"
        raise EnvironmentFailedError(
            f"the control plane at {address} does not answer ({reason}); {remedy}"
        ) from error
    if not _is_configuration(answer):
        upstream.close()
        raise EnvironmentFailedError(
            f"what answers at {address} is not moto (GET {_PATH}: {reply.status}); {remedy}"
        )


def _is_configuration(answer: bytes) -> bool:
    """Tell whether that is what moto answers about itself: settings by service."""
    try:
        configuration = orjson.loads(answer)
    except orjson.JSONDecodeError:
        return False
    return isinstance(configuration, dict) and "lambda" in configuration
