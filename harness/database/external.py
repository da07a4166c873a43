"""A PostgreSQL that somebody else runs, named by its URL."""

from __future__ import annotations

import asyncio

from harness.database.url import DatabaseUrl
from harness.errors import EnvironmentFailedError

_CONNECT_TIMEOUT_S = 5


class ExternalPostgres:
    """`start` only makes sure that it can be used; `stop` leaves it as it is."""

    def __init__(self, url: DatabaseUrl) -> None:
        self.url = url

    async def start(self) -> DatabaseUrl:
        import psycopg  # 0.1 s that an embedded database does not need

        try:
            async with await psycopg.AsyncConnection.connect(
                self.url.text(), autocommit=True, connect_timeout=_CONNECT_TIMEOUT_S
            ) as connection:
                await connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
        except psycopg.Error as error:
            raise EnvironmentFailedError(
                f"the database {self.url.dbname} at {self.url.host}:{self.url.port} "
                f"cannot be used: {_first_line(error)}; check the database URL and that "
                "pgvector is installed on its server"
            ) from error
        return self.url

    async def ended(self) -> int:
        """Never return: its end is for whoever runs it to notice."""
        never: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        return await never

    async def stop(self) -> None:
        """Do nothing: it is not ours to stop."""


def _first_line(error: Exception) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__)
