"""PostgreSQL of our own in a container, with a new cluster in its memory."""

from __future__ import annotations

import secrets

from harness.containers.server import Order, ServerContainer
from harness.containers.supply import Supply
from harness.database.preparation import prepare
from harness.database.server_settings import (
    DBNAME,
    ENVIRONMENT,
    INITDB,
    SETTINGS,
    USER,
    arguments,
)
from harness.database.url import DatabaseUrl
from harness.images.bases import POSTGRES
from harness.reserved_port import HOST, ReservedPort

_TIMEOUT_S = 60.0
_PORT = 5432
_DATA = "/var/lib/postgresql"
# An image may first start a server that only it can reach, to create the database.
_LISTENS = "listening on IPv4 address.*ready to accept connections"
_REMEDY = "make its image anew with `harness images build postgres`"


class ContainerPostgres:
    """A server on a free port of 127.0.0.1 with one database and one superuser.

    url: where it will answer, known before it does.
    """

    def __init__(self, supply: Supply) -> None:
        self._port = ReservedPort()
        self.url = DatabaseUrl(
            HOST, self._port.number, DBNAME, USER, password=secrets.token_urlsafe(24)
        )
        order = Order(
            title="PostgreSQL",
            image=supply.images[POSTGRES],
            port=_PORT,
            published=self._port.number,
            listens=_LISTENS,
            command=["postgres", *arguments(SETTINGS)],
            environment=self._variables(),
            tmpfs={_DATA: "mode=1777"},
        )
        self._container = ServerContainer(supply.docker_host, order)

    async def start(self) -> DatabaseUrl:
        self._port.make_way()
        await self._container.start(_TIMEOUT_S)
        await prepare(self.url, _REMEDY)
        return self.url

    async def ended(self) -> int:
        return await self._container.ended()

    async def stop(self) -> None:
        await self._container.stop()
        self._port.release()

    def describe(self) -> dict[str, str]:
        return self._container.describe()

    def _variables(self) -> dict[str, str]:
        return {
            **ENVIRONMENT,
            "POSTGRES_DB": self.url.dbname,
            "POSTGRES_USER": self.url.user,
            "POSTGRES_PASSWORD": self.url.password,
            "POSTGRES_INITDB_ARGS": " ".join(INITDB),
        }
