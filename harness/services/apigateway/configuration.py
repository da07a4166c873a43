"""What an HTTP API consists of, read from the control plane and kept until something changes."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from harness.aws import json_answer, rest_call
from harness.call import Handler
from harness.errors import AwsError

MAX_TIMEOUT_MS = 30_000


@dataclass(frozen=True, slots=True)
class Integration:
    kind: str
    uri: str
    payload_format: str
    timeout_ms: int


@dataclass(frozen=True, slots=True)
class Route:
    """key: "$default" or "METHOD /path/{variable}"."""

    key: str
    authorization: str
    integration: Integration | None


@dataclass(frozen=True, slots=True)
class Limit:
    """rate: requests a second; burst: requests at once. None: not set."""

    rate: float | None = None
    burst: float | None = None


@dataclass(frozen=True, slots=True)
class Stage:
    """defaults: the limit of each route; routes: those of single routes, by key."""

    name: str
    variables: dict[str, str] = field(default_factory=dict)
    defaults: Limit = Limit()
    routes: dict[str, Limit] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cors:
    origins: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    exposed: tuple[str, ...] = ()
    max_age_s: int | None = None
    credentials: bool = False


@dataclass(frozen=True, slots=True)
class Api:
    id: str
    protocol: str
    routes: tuple[Route, ...]
    stages: tuple[Stage, ...]
    cors: Cors | None = None


class Configurations:
    """The APIs by id; concurrent first requests to one share a single reading."""

    def __init__(self, door: Handler, region: str) -> None:
        self._door = door
        self._region = region
        self._readings: dict[str, asyncio.Task[Api | None]] = {}

    async def get(self, api_id: str) -> Api | None:
        """Return the API, None when there is none; raises `AwsError` when it cannot be read."""
        reading = self._readings.get(api_id)
        if reading is None:
            reading = self._readings[api_id] = asyncio.create_task(self._read(api_id))
            reading.add_done_callback(lambda done: self._keep(api_id, done))
        # Shielded: the reading goes on for the others when the client of this request leaves.
        return await asyncio.shield(reading)

    def forget_all(self) -> None:
        """Read every API anew when it is next called."""
        self._readings.clear()

    def _keep(self, api_id: str, done: asyncio.Task[Api | None]) -> None:
        """Keep only what may stay true: neither failures nor that there is no such API."""
        useful = not done.cancelled() and done.exception() is None and done.result() is not None
        if not useful and self._readings.get(api_id) is done:
            del self._readings[api_id]

    async def _read(self, api_id: str) -> Api | None:
        try:
            api, routes, integrations, stages = await asyncio.gather(
                self._ask(api_id, "GetApi", ""),
                self._ask(api_id, "GetRoutes", "/routes"),
                self._ask(api_id, "GetIntegrations", "/integrations"),
                self._ask(api_id, "GetStages", "/stages"),
            )
        except AwsError as error:
            if error.status == 404:
                return None
            raise
        return parse(api, routes["items"], integrations["items"], stages["items"])

    async def _ask(self, api_id: str, operation: str, part: str) -> dict[str, Any]:
        path = f"/v2/apis/{api_id}{part}"
        call = rest_call("apigateway", self._region, operation, "GET", path)
        return await json_answer(self._door, call)


def parse(
    api: dict[str, Any],
    routes: list[dict[str, Any]],
    integrations: list[dict[str, Any]],
    stages: list[dict[str, Any]],
) -> Api:
    """Return the API described by the answers of GetApi, GetRoutes, GetIntegrations, GetStages."""
    targets = {f"integrations/{item['integrationId']}": _integration(item) for item in integrations}
    return Api(
        api["apiId"],
        api["protocolType"],
        tuple(
            Route(
                route["routeKey"],
                route.get("authorizationType") or "NONE",
                targets.get(route.get("target") or ""),
            )
            for route in routes
        ),
        tuple(map(_stage, stages)),
        _cors(api.get("corsConfiguration")),
    )


def _integration(item: dict[str, Any]) -> Integration:
    return Integration(
        item["integrationType"],
        item.get("integrationUri") or "",
        item.get("payloadFormatVersion") or "1.0",
        min(item.get("timeoutInMillis") or MAX_TIMEOUT_MS, MAX_TIMEOUT_MS),
    )


def _stage(item: dict[str, Any]) -> Stage:
    return Stage(
        item["stageName"],
        item.get("stageVariables") or {},
        _limit(item.get("defaultRouteSettings") or {}),
        {key: _limit(route) for key, route in (item.get("routeSettings") or {}).items()},
    )


def _limit(settings: dict[str, Any]) -> Limit:
    return Limit(settings.get("throttlingRateLimit"), settings.get("throttlingBurstLimit"))


def _cors(configuration: dict[str, Any] | None) -> Cors | None:
    if not configuration:
        return None
    return Cors(
        tuple(configuration.get("allowOrigins") or ()),
        tuple(configuration.get("allowMethods") or ()),
        tuple(configuration.get("allowHeaders") or ()),
        tuple(configuration.get("exposeHeaders") or ()),
        configuration.get("maxAge"),
        bool(configuration.get("allowCredentials")),
    )
