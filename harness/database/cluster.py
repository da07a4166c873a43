"""A new PostgreSQL cluster with one superuser, one database and the extension `vector` in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from harness.database.installation import give
from harness.database.programs import Programs
from harness.database.server_settings import INITDB
from harness.database.url import DatabaseUrl

_INITDB = (
    *INITDB,
    "--no-instructions",
    "--auth-host=scram-sha-256",
    "--auth-local=reject",
)
_FIRST = "postgres"  # the database that every new cluster has


@dataclass(frozen=True, slots=True)
class Cluster:
    """data: the directory to create it in; options: settings of the server, as arguments."""

    programs: Programs
    data: Path
    options: list[str]

    async def create(self, url: DatabaseUrl) -> None:
        """Create what `url` names; raises `EnvironmentFailedError` with what a program said."""
        password_file = self._write_password(url.password)
        await self.programs.run(
            "initdb",
            *_INITDB,
            f"--pgdata={self.data}",
            f"--username={url.user}",
            f"--pwfile={password_file}",
        )
        password_file.unlink()
        await self._execute(_FIRST, "CREATE EXTENSION vector")
        if url.dbname != _FIRST:  # renaming it is quicker than copying another
            rename = f"ALTER DATABASE {_FIRST} RENAME TO {_quoted(url.dbname)}"
            await self._execute("template1", rename)

    def _write_password(self, password: str) -> Path:
        """Return a file that only the server's account can read: arguments are public."""
        file = self.programs.home / "password"
        file.touch(mode=0o600)
        file.write_text(password)
        if self.programs.account is not None:
            give(file, self.programs.account)
        return file

    async def _execute(self, dbname: str, statement: str) -> None:
        """Run one statement in single-user mode: no server to start, nobody to authenticate."""
        options = ["-D", str(self.data), "-c", "exit_on_error=on", *self.options]
        await self.programs.run("postgres", "--single", *options, dbname, stdin=f"{statement}\n")


def _quoted(identifier: str) -> str:
    doubled = identifier.replace('"', '""')
    return f'"{doubled}"'
