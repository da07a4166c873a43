"""The networks of all functions, for `harness status`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from harness.network.findings import suggested, unreachable
from harness.network.networks import Networks
from harness.network.reach import Reach, shown

Configurations = Sequence[Mapping[str, Any]]


class NetworkReview:
    """networks: None when functions in a VPC reach everything.

    mentions: tells whether a role's own policies are about a service (role ARN, prefix).
    is_model: tells whether a variable's value names a model of Bedrock.
    """

    def __init__(
        self,
        networks: Networks | None,
        mentions: Callable[[str, str], Awaitable[bool]],
        is_model: Callable[[str], object],
    ) -> None:
        self._networks = networks
        self._mentions = mentions
        self._is_model = is_model

    async def reaches(self, configuration: Mapping[str, Any]) -> str:
        """Return what a function (as ListFunctions describes it) reaches, in words."""
        return shown(await self._reach(configuration))

    async def findings(self, configurations: Configurations) -> list[str]:
        """Return what functions in a VPC seem to need and do not reach."""
        found: list[str] = []
        for configuration in configurations:
            if (reach := await self._reach(configuration)) is not None:
                needed = await self._needed(configuration)
                found += unreachable(configuration["FunctionName"], reach, needed)
        return found

    async def _reach(self, configuration: Mapping[str, Any]) -> Reach | None:
        config = configuration.get("VpcConfig")
        return await self._networks.of(config) if config and self._networks else None

    async def _needed(self, configuration: Mapping[str, Any]) -> set[str]:
        variables = configuration.get("Environment", {}).get("Variables", {})
        needed = suggested(variables, filter(self._is_model, variables.values()))
        if await self._mentions(configuration["Role"], "s3"):
            needed.add("s3")
        return needed
