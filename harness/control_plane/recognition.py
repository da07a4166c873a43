"""Is it moto that answers? Anything else in its place would fail later and less clearly."""

from __future__ import annotations

import asyncio

import orjson

from harness.call import Call, Reply
from harness.errors import EnvironmentFailedError
from harness.http1 import ProtocolError
from harness.upstream import Upstream

_TIMEOUT_S = 5.0
_PATH = "/moto-api/config"
_RESET = "/moto-api/reset"


async def demand_moto(upstream: Upstream, remedy: str) -> None:
    """Return when moto answers; else raise `EnvironmentFailedError` with the remedy."""
    reply, answer = await _asked(upstream, "GET", _PATH, remedy)
    if not _is_configuration(answer):
        upstream.close()
        raise EnvironmentFailedError(
            f"what answers at {upstream.address} is not moto (GET {_PATH}: {reply.status}); "
            f"{remedy}"
        )


async def empty(upstream: Upstream, remedy: str) -> None:
    """Have moto forget everything; raise `EnvironmentFailedError` when it does not."""
    reply, _ = await _asked(upstream, "POST", _RESET, remedy)
    if reply.status != 200:
        upstream.close()
        raise EnvironmentFailedError(
            f"moto at {upstream.address} does not forget (POST {_RESET}: {reply.status}); {remedy}"
        )


async def _asked(upstream: Upstream, method: str, path: str, remedy: str) -> tuple[Reply, bytes]:
    address = upstream.address
    try:
        async with asyncio.timeout(_TIMEOUT_S):
            reply = await upstream(Call("", "", method, path, headers=[("host", address)]))
            return reply, await reply.read()
    except (OSError, ProtocolError) as error:
        reason = str(error) or f"within {_TIMEOUT_S:g} s"
        raise EnvironmentFailedError(
            f"the control plane at {address} does not answer ({reason}); {remedy}"
        ) from error


def _is_configuration(answer: bytes) -> bool:
    """Tell whether that is what moto answers about itself: settings by service."""
    try:
        configuration = orjson.loads(answer)
    except orjson.JSONDecodeError:
        return False
    return isinstance(configuration, dict) and "lambda" in configuration
