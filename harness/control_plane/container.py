"""moto in a container, as its image serves it."""

from __future__ import annotations

import asyncio

from harness.call import Call, Reply
from harness.containers.server import Order, ServerContainer
from harness.containers.supply import Supply
from harness.control_plane.forwarding import Forwarding
from harness.control_plane.recognition import demand_moto
from harness.control_plane.variables import ENVIRONMENT
from harness.errors import EnvironmentFailedError
from harness.images.bases import MOTO
from harness.reserved_port import HOST
from harness.upstream import Upstream

_TIMEOUT_S = 60.0
_PORT = 5000
_REMEDY = "make its image anew with `harness images build moto`"


class ContainerMoto:
    def __init__(self, supply: Supply) -> None:
        order = Order(
            title="the control plane (moto)",
            image=supply.images[MOTO],
            port=_PORT,
            listens=r"Running on ",
            environment=ENVIRONMENT,
        )
        self._container = ServerContainer(supply.docker_host, order)
        self._forwarding = Forwarding()
        self._starting: asyncio.Task[None] | None = None

    async def spawn(self) -> None:
        self._starting = asyncio.create_task(self._start())

    async def ready(self) -> None:
        assert self._starting is not None
        await self._starting

    async def __call__(self, call: Call) -> Reply:
        return await self._forwarding(call)

    async def ended(self) -> int:
        return await self._container.ended()

    async def stop(self) -> None:
        if self._starting is not None:
            self._starting.cancel()
            await asyncio.gather(self._starting, return_exceptions=True)
        self._forwarding.close()
        await self._container.stop()

    def describe(self) -> dict[str, str]:
        return {**self._container.describe(), "address": self._forwarding.address}

    async def _start(self) -> None:
        try:
            upstream = Upstream(HOST, await self._container.start(_TIMEOUT_S))
            await demand_moto(upstream, _REMEDY)
        except EnvironmentFailedError as error:
            self._forwarding.give_up(error)
            raise
        self._forwarding.begin(upstream)
