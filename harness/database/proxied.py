"""A database of ours behind a proxy, where faults can meet its connections."""

from __future__ import annotations

from dataclasses import replace

from harness.database import Database
from harness.database.contact import Passage
from harness.database.proxy import DatabaseProxy
from harness.database.url import DatabaseUrl
from harness.reserved_port import ReservedPort


class Proxied:
    """Is the database, at an address of its own; `passage` decides what passes."""

    def __init__(self, database: Database, passage: Passage) -> None:
        self._database = database
        self._port = ReservedPort()
        self.url = replace(database.url, port=self._port.number)
        self._proxy = DatabaseProxy(database.url.host, database.url.port, passage)

    async def start(self) -> DatabaseUrl:
        await self._database.start()
        self._port.make_way()
        await self._proxy.start(self._port.number)
        return self.url

    async def ended(self) -> int:
        return await self._database.ended()

    async def stop(self) -> None:
        await self._proxy.close()
        self._port.release()
        await self._database.stop()

    def describe(self) -> dict[str, str]:
        return self._database.describe()
