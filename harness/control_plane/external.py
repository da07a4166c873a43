"""A moto server that somebody else runs, named by its URL."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

from harness.call import Call, Reply
from harness.control_plane.forwarding import Forwarding
from harness.control_plane.recognition import demand_moto, empty
from harness.errors import EnvironmentFailedError, UsageError
from harness.upstream import Upstream

_HTTP = 80
_UNUSABLE = "the control plane cannot be at {}; write its URL as http://HOST:PORT"
_REMEDY = "start a moto server there, or check --control-plane-url"


def address(url: str) -> tuple[str, int]:
    """Return host and port of `http://HOST:PORT`; raises `UsageError`."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or _HTTP
    except ValueError:
        raise UsageError(_UNUSABLE.format(url)) from None
    if parts.scheme != "http" or not host or parts.path.strip("/"):
        raise UsageError(_UNUSABLE.format(url))
    return host, port


class ExternalMoto:
    """`ready` makes sure that it is moto; `stop` leaves it as it is.

    emptied: it forgets first what it remembers, of an environment before this one for instance.
    """

    def __init__(self, url: str, *, emptied: bool = False) -> None:
        """Raises `UsageError` when the URL cannot be one of a moto server."""
        self._place = address(url)
        self._emptied = emptied
        self._forwarding = Forwarding()

    async def spawn(self) -> None:
        """Do nothing: it runs already."""

    async def ready(self) -> None:
        upstream = Upstream(*self._place)
        try:
            await demand_moto(upstream, _REMEDY)
            if self._emptied:
                await empty(upstream, _REMEDY)
        except EnvironmentFailedError as error:
            self._forwarding.give_up(error)
            raise
        self._forwarding.begin(upstream)

    async def __call__(self, call: Call) -> Reply:
        return await self._forwarding(call)

    async def ended(self) -> int:
        """Never return: its end is for whoever runs it to notice."""
        never: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        return await never

    async def stop(self) -> None:
        self._forwarding.close()

    def describe(self) -> dict[str, str]:
        return {"kind": "external", "address": self._forwarding.address}
