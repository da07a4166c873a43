"""Which database an environment has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.database import Database
from harness.database.embedded import EmbeddedPostgres
from harness.database.external import ExternalPostgres
from harness.database.url import DatabaseUrl
from harness.options import Options
from harness.state import State

if TYPE_CHECKING:
    from harness.containers.supply import Supply


def chosen(state: State, options: Options, supply: Supply | None) -> Database:
    """Return the one that the options name. supply: of containers, None without any."""
    if options.database_url:
        return ExternalPostgres(DatabaseUrl.parse(options.database_url))
    if supply is not None:
        from harness.database.container import ContainerPostgres

        return ContainerPostgres(supply)
    return EmbeddedPostgres(state)
