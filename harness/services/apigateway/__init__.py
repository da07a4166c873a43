"""API Gateway for HTTP APIs: a request becomes a Lambda event, its result the response.

The API's configuration is the control plane's; limits, throttling, route choice, CORS and the
answers to what goes wrong are API Gateway's own and made here.
"""

from __future__ import annotations

from dataclasses import dataclass

import orjson

from harness.call import Call, Handler, Reply
from harness.clock import Clock
from harness.journal import Journal
from harness.recognise import API_ID_HEADER
from harness.services.apigateway.configuration import Api, Configurations, Integration
from harness.services.apigateway.cors import applied, is_preflight, preflight
from harness.services.apigateway.event import Place, decoded_path, event
from harness.services.apigateway.invocation import Invocations
from harness.services.apigateway.limits import check_event, check_head, read_body
from harness.services.apigateway.refusal import NotEmulatedError, Refusal, RefusedError
from harness.services.apigateway.response import response
from harness.services.apigateway.routing import Match, select_route, select_stage
from harness.services.apigateway.throttling import Throttling


@dataclass(slots=True)
class _Record:
    """What the journal is told about a request, as far as it came."""

    route: str = ""
    stage: str = ""
    integration_ms: float | None = None


class ApiGateway:
    name = "apigateway"

    def __init__(self, door: Handler, region: str, journal: Journal, clock: Clock) -> None:
        self._region = region
        self._journal = journal
        self._clock = clock
        self._configurations = Configurations(door, region)
        self._invocations = Invocations(door, region)
        self._throttling = Throttling(clock.monotonic())

    def claims(self, call: Call) -> bool:
        return call.service == "execute-api"

    async def handle(self, call: Call) -> Reply:
        started, api_id = self._clock.monotonic(), _api_id(call)
        api = await self._configurations.get(api_id)
        record = _Record()
        reply = await self._reply(call, api, record)
        reply.headers.append(("apigw-requestid", call.id))
        self._journal.record(
            "apigateway.request",
            id=call.id,
            api=api_id,
            method=call.method,
            route=record.route,
            stage=record.stage,
            status=reply.status,
            integration_ms=record.integration_ms,
            latency_ms=round((self._clock.monotonic() - started) * 1000, 1),
        )
        return reply

    def forget_all(self) -> None:
        """Read the configuration anew; to be called after any change to an API."""
        self._configurations.forget_all()

    async def close(self) -> None:
        await self._invocations.close()

    async def _reply(self, call: Call, api: Api | None, record: _Record) -> Reply:
        if api is None:
            return RefusedError(Refusal.FORBIDDEN).reply
        if api.cors and is_preflight(call):
            return preflight(api.cors, call.header("origin"))
        try:
            reply = await self._integrated(call, api, record)
        except RefusedError as refused:
            reply = refused.reply
        if api.cors:
            reply.headers = applied(api.cors, call.header("origin"), reply.headers)
        return reply

    async def _integrated(self, call: Call, api: Api, record: _Record) -> Reply:
        check_head(call)
        place, match = self._routed(call, api)
        record.route, record.stage = match.route.key, place.stage.name
        self._throttling.check(api.id, place.stage, match.route.key, self._clock.monotonic())
        integration = _integration(api, match)
        body = await read_body(call)
        made = event(call, body, place, match, self._clock.now())
        payload = orjson.dumps(made)
        check_event(len(payload))
        started = self._clock.monotonic()
        try:
            trace = made["headers"]["x-amzn-trace-id"]
            result = await self._invocations.invoke(integration, payload, trace)
        finally:
            record.integration_ms = round((self._clock.monotonic() - started) * 1000, 1)
        return response(result)

    def _routed(self, call: Call, api: Api) -> tuple[Place, Match]:
        staged = select_stage(api.stages, decoded_path(call))
        match = select_route(api.routes, call.method, staged[1]) if staged else None
        if staged is None or match is None:
            raise RefusedError(Refusal.NOT_FOUND)
        return Place(api.id, self._region, staged[0]), match


def _api_id(call: Call) -> str:
    # The endpoint's comes last; a client may have sent a header of that name too.
    return [value for name, value in call.headers if name == API_ID_HEADER][-1]


def _integration(api: Api, match: Match) -> Integration:
    if api.protocol != "HTTP":
        raise NotEmulatedError(f"APIs of protocol {api.protocol}")
    if match.route.authorization != "NONE":
        raise NotEmulatedError(f"routes with authorization {match.route.authorization}")
    if match.route.integration is None:
        raise RefusedError(Refusal.INTEGRATION_FAILED)
    return match.route.integration
