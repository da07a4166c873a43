"""A PostgreSQL that somebody else runs, named by its URL."""

from __future__ import annotations

import asyncio

from harness.database.preparation import prepare
from harness.database.url import DatabaseUrl

_REMEDY = "check the database URL and that pgvector is installed on its server"


class ExternalPostgres:
    """`start` only makes sure that it can be used; `stop` leaves it as it is."""

    def __init__(self, url: DatabaseUrl) -> None:
        self.url = url

    async def start(self) -> DatabaseUrl:
        await prepare(self.url, _REMEDY)
        return self.url

    async def ended(self) -> int:
        """Never return: its end is for whoever runs it to notice."""
        never: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        return await never

    async def stop(self) -> None:
        """Do nothing: it is not ours to stop."""

    def describe(self) -> dict[str, str]:
        return {"kind": "external"}
