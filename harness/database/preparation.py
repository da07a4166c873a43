"""What is done with every database before it is used, which also shows that it can be."""

from __future__ import annotations

from harness.database.url import DatabaseUrl
from harness.errors import EnvironmentFailedError

_CONNECT_TIMEOUT_S = 5


async def prepare(url: DatabaseUrl, remedy: str) -> None:
    """Make sure that it answers and has the extension `vector`.

    Raises `EnvironmentFailedError` with what the server said, and the remedy.
    """
    import psycopg  # 0.1 s that an embedded database does not need

    try:
        async with await psycopg.AsyncConnection.connect(
            url.text(), autocommit=True, connect_timeout=_CONNECT_TIMEOUT_S
        ) as connection:
            await connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
    except psycopg.Error as error:
        raise EnvironmentFailedError(
            f"the database {url.dbname} at {url.host}:{url.port} "
            f"cannot be used: {_first_line(error)}; {remedy}"
        ) from error


def _first_line(error: Exception) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__)
