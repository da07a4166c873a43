"""Connections to PostgreSQL: how they are opened, and the one that a sandbox keeps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
from pgvector.psycopg import register_vector

from processor.errors import TransientError
from processor.settings import DatabaseCredentials

Connection = psycopg.Connection[Any]


def open_plain(credentials: DatabaseCredentials) -> Connection:
    """Return an autocommit connection that needs no schema; for migrations."""
    return psycopg.connect(
        host=credentials.host,
        port=credentials.port,
        dbname=credentials.dbname,
        user=credentials.user,
        password=credentials.password,
        autocommit=True,
        connect_timeout=5,
        options="-c statement_timeout=60000 -c idle_in_transaction_session_timeout=60000",
        # A connection that died while the sandbox was frozen must show itself in seconds.
        tcp_user_timeout=10_000,
        keepalives_idle=30,
        application_name="hr-chatbot",
    )


def connect(credentials: DatabaseCredentials) -> Connection:
    """Return an autocommit connection that knows pgvector's types.

    Transactions are opened with `connection.transaction()`. Raises `psycopg.OperationalError`
    when the server cannot be reached or refuses the credentials.
    """
    connection = open_plain(credentials)
    register_vector(connection)
    return connection


class Database:
    """The one connection of a sandbox, opened when first needed and again when it died.

    reread: asks Secrets Manager for the credentials once more when they no longer work, since
    they may have been rotated after this sandbox started.
    """

    def __init__(
        self, credentials: DatabaseCredentials, reread: Callable[[], DatabaseCredentials]
    ) -> None:
        self._credentials = credentials
        self._reread = reread
        self._connection: Connection | None = None

    def connection(self) -> Connection:
        """Return a connection that answered just now.

        Raises as `connect` does, and `TransientError` when the server has no connection left.
        """
        if self._connection is None or not _answers(self._connection):
            self.close()
            self._connection = self._connect()
        return self._connection

    def close(self) -> None:
        """Close the connection; the next use opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connect(self) -> Connection:
        try:
            return connect(self._credentials)
        except psycopg.OperationalError as error:
            if _is_full(error):  # other credentials would not help; a retry in a minute may
                raise TransientError("PostgreSQL", "it has no connection left") from error
            current = self._reread()
            if current == self._credentials:
                raise
            self._credentials = current
            return connect(current)


def _answers(connection: Connection) -> bool:
    try:
        connection.execute("SELECT 1")
    except psycopg.OperationalError:
        return False
    return True


def _is_full(error: psycopg.OperationalError) -> bool:
    # A refused connection carries no SQLSTATE (it is 53300), only the server's words.
    words = str(error)
    return "too many c" in words or "remaining connection slots" in words
