"""PostgreSQL with pgvector: one file for each place it may come from."""

from __future__ import annotations

from typing import Protocol

from harness.database.url import DatabaseUrl


class Database(Protocol):
    url: DatabaseUrl

    async def start(self) -> DatabaseUrl:
        """Return where the database is once it answers and has the extension `vector`.

        Raises `EnvironmentFailedError` with the reason when it does not come to that.
        """
        ...

    async def ended(self) -> int:
        """Return the exit status once it is gone by itself."""
        ...

    async def stop(self) -> None: ...

    def describe(self) -> dict[str, str]:
        """Return what `harness status` says of it besides its address."""
        ...
