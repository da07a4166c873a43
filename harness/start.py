"""The composition root: options and a state directory in, a running environment out.

Everything is started at once and nothing is waited for that is not needed yet: the endpoint
listens first; the control plane, the database and the template's expansion come up beside one
another. Whatever was started is stopped in reverse order, however the start or the run ends.
"""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import Mapping
from contextlib import AsyncExitStack
from ipaddress import IPv4Address
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.aws import ACCESS_KEY, SECRET_KEY
from harness.bearer import bearer_token
from harness.clock import SystemClock
from harness.control_plane import ControlPlane
from harness.database import Database
from harness.database.choice import chosen
from harness.database.proxied import Proxied
from harness.database.url import DatabaseUrl
from harness.deployment import Deployment, Report
from harness.environment import Environment
from harness.errors import EnvironmentFailedError
from harness.injection.database import DatabaseFaults
from harness.injection.scope import ExchangeScope, OpeningScope
from harness.journal import Journal
from harness.options import LOOPBACK, Options
from harness.plane import DataPlane
from harness.server import HttpServer, Respond
from harness.services.lambda_.images import ImageSource
from harness.setup import run_command
from harness.state import State

if TYPE_CHECKING:
    from harness.containers.supply import Supply

_HTTP_API = "AWS::ApiGatewayV2::Api"


class Start:
    """One start; each part is registered with `stack` before it can fail.

    control_plane: it is on its way; whoever spawned it stops it. supply: of containers.
    """

    def __init__(
        self,
        stack: AsyncExitStack,
        state: State,
        options: Options,
        report: Report,
        control_plane: ControlPlane,
        supply: Supply | None,
    ) -> None:
        self._stack = stack
        self._state = state
        self._options = options
        self._report = report
        self._clock = SystemClock(options.time_scale)
        self._journal = Journal(state.path("journal.jsonl"), self._clock)
        stack.callback(self._journal.close)
        self._control_plane = control_plane
        self._plane = DataPlane(state, options, control_plane, self._journal, self._clock)
        stack.push_async_callback(self._plane.close)
        self._database = self._reached(chosen(state, options, supply))
        stack.push_async_callback(self._database.stop)
        self.parts = {
            "the control plane (moto)": control_plane.ended,
            "PostgreSQL": self._database.ended,
        }

    def _reached(self, database: Database) -> Database:
        """Return the database as clients reach it: one of our own by a way that faults know."""
        faults = self._plane.faults
        if self._options.database_url:
            reason = "somebody else runs the database; faults need one of the environment's own"
            for scope in (OpeningScope, ExchangeScope):
                faults.cannot(scope, reason)
            return database
        return Proxied(database, DatabaseFaults(faults))

    async def environment(self) -> Environment:
        """Bring everything up and return how clients reach it."""
        respond = self._plane.endpoint.respond
        endpoint_url = await self._listen(respond, self._options.port, "--port")
        await self._plane.prepare(endpoint_url, self._database.url)
        async with asyncio.TaskGroup() as starting:
            parts = starting.create_task(self._start_parts())

            def follow(event: dict[str, Any]) -> None:
                self._report(event)
                if event["event"] == "setup":
                    starting.create_task(self._set_up(event, endpoint_url, parts))

            deployment = await self._deployment(endpoint_url, follow)
            expanded = await deployment.expanded()
            self._plane.images.update(_images(expanded))
            await self._demand_images(expanded)
            result = await deployment.apply()
        await self._plane.begin()
        self._plane.described.update(self._description(endpoint_url))
        return await self._environment(endpoint_url, result)

    async def _demand_images(self, expanded: Mapping[str, Any]) -> None:
        if self._options.runtime != "docker":
            return
        from harness.containers.function_images import Wanted, demand

        wanted = [
            Wanted(repository, image["reference"], image["architecture"])
            for repository, image in expanded["images"].items()
        ]
        await asyncio.to_thread(demand, self._options.docker_host, wanted)

    async def _start_parts(self) -> None:
        # One after the other: the resources need the control plane, only set-up commands need both.
        await self._control_plane.ready()
        await self._database.start()

    async def _listen(self, respond: Respond, port: int, option: str) -> str:
        """Return the URL of what listens now, as clients on this machine see it."""
        address = self._options.listen
        server = HttpServer(respond)
        self._stack.push_async_callback(server.close)
        try:
            chosen = await server.start(str(address), port)
        except OSError as error:
            raise _refused(error, address, port, option) from None
        return f"http://{LOOPBACK if address.is_unspecified else address}:{chosen}"

    async def _deployment(self, endpoint_url: str, report: Report) -> Deployment:
        deployment = await Deployment.begin(
            self._options.template,
            endpoint_url,
            self._options.region,
            parameters=_database_parameters(self._database.url),
            registry=self._state.registry,
            environment=self._options.inherited,
            log=self._state.path("stack.log"),
            report=report,
        )
        self._stack.push_async_callback(deployment.stop)
        return deployment

    def _description(self, endpoint_url: str) -> dict[str, Any]:
        database = self._database.url
        return {
            "template": str(self._options.template),
            "services": {"endpoint": endpoint_url, **self._plane.owned},
            "control_plane": self._control_plane.describe(),
            "database": {
                **self._database.describe(),
                "address": f"{database.host}:{database.port}",
                "name": database.dbname,
            },
        }

    async def _set_up(
        self, event: Mapping[str, Any], endpoint_url: str, parts: asyncio.Task[None]
    ) -> None:
        await parts
        environment = {
            **self._options.inherited,
            **event["variables"],
            "AWS_ENDPOINT_URL": endpoint_url,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_DEFAULT_REGION": self._options.region,
            "AWS_REGION": self._options.region,
        }
        directory = self._options.template.parent
        await run_command(event["command"], directory, environment, self._state.registry)

    async def _environment(self, endpoint_url: str, result: Mapping[str, Any]) -> Environment:
        region, section = self._options.region, result["harness"]
        token = section.get("BearerToken", {})
        door = self._plane.endpoint.door
        return Environment(
            endpoint_url=endpoint_url,
            api_url=await self._api_url(result["resources"]),
            region=region,
            access_key_id=ACCESS_KEY,
            secret_access_key=SECRET_KEY,
            database_url=self._database.url.text(),
            token=await bearer_token(token, door, region, self._clock),
            pid=os.getpid(),
            started_at=self._clock.now(),
            template=str(self._options.template),
            runtime=self._options.runtime,
        )

    async def _api_url(self, resources: Mapping[str, Mapping[str, str]]) -> str:
        """Return where the stack's HTTP API listens: a port of its own; "" without an API."""
        apis = [found for found in resources.values() if found["type"] == _HTTP_API]
        if not apis:
            return ""
        respond = self._plane.endpoint.of_api(apis[0]["physical_id"])
        return await self._listen(respond, self._options.api_port, "--api-port")


def _refused(
    error: OSError, address: IPv4Address, port: int, option: str
) -> EnvironmentFailedError:
    """Return what to tell when something cannot listen."""
    if error.errno == errno.EADDRINUSE:
        return EnvironmentFailedError(
            f"port {port} is taken by another program; choose one with `{option} N`, "
            f"or let a free one be picked with `{option} 0`"
        )
    return EnvironmentFailedError(
        f"nothing can listen on {address} port {port}: {error.strerror}; "
        "choose another address with `--listen`"
    )


def _database_parameters(url: DatabaseUrl) -> dict[str, str]:
    """Return the parameters by which a template learns where its database is."""
    return {
        "DatabaseHost": url.host,
        "DatabasePort": str(url.port),
        "DatabaseName": url.dbname,
        "DatabaseUser": url.user,
        "DatabasePassword": url.password,
    }


def _images(expanded: Mapping[str, Any]) -> dict[str, ImageSource]:
    return {
        repository: ImageSource(Path(source["context"]), tuple(source.get("command") or ()))
        for repository, source in expanded["images"].items()
    }
