"""Where a database is and who may enter it."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import quote, unquote, urlsplit

from harness.errors import UsageError

_PORT = 5432
_INCOMPLETE = (
    "the database URL is not complete; write it as postgresql://USER:PASSWORD@HOST:PORT/DATABASE"
)


@dataclass(frozen=True, slots=True)
class DatabaseUrl:
    """The parts of a PostgreSQL connection URL, decoded."""

    host: str
    port: int
    dbname: str
    user: str
    password: str = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> DatabaseUrl:
        """Return the parts of `postgresql://user:password@host:port/dbname`.

        Raises `UsageError`, which never repeats the URL: it may hold a password.
        """
        try:
            parts = urlsplit(text)
            host, port, dbname = parts.hostname, parts.port or _PORT, parts.path.removeprefix("/")
        except ValueError:
            raise UsageError(_INCOMPLETE) from None
        if parts.scheme not in {"postgresql", "postgres"} or not (host and dbname):
            raise UsageError(_INCOMPLETE)
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        return cls(host, port, unquote(dbname), user, password)

    def text(self) -> str:
        """Return the URL with the password in it: for clients, never for logs."""
        credentials = f"{quote(self.user, safe='')}:{quote(self.password, safe='')}"
        return f"postgresql://{credentials}@{self.host}:{self.port}/{quote(self.dbname, safe='')}"
