"""The data plane: every emulated service, wired together behind one endpoint."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from harness.call import Call, Handler, Layer, Reply, Service
from harness.clock import Clock, SystemClock
from harness.database.url import DatabaseUrl
from harness.endpoint import Endpoint, recorder
from harness.ground import Ground
from harness.iam.guard import Guard
from harness.iam.request_body import request_body
from harness.injection.calls import CallFaults
from harness.injection.control import FaultControl
from harness.injection.deliveries import DeliveryFaults
from harness.injection.faults import Faults
from harness.journal import Journal
from harness.memory import memory_mb
from harness.network.border import Border
from harness.network.networks import Networks
from harness.network.reach import Reach
from harness.network.review import NetworkReview
from harness.observation import Observation
from harness.options import Options
from harness.services.apigateway import ApiGateway
from harness.services.apigateway.stages import Stages
from harness.services.bedrock_runtime import BedrockRuntime
from harness.services.bedrock_runtime.model_process import ModelProcess
from harness.services.bedrock_runtime.regions import base_model, finding
from harness.services.event_source_mapping import (
    EventSourceMappings,
    Machine,
    Stacks,
    Surroundings,
)
from harness.services.eventbridge import EventBridge
from harness.services.lambda_.execution import Reachable
from harness.services.lambda_.images import ImageSource
from harness.services.lambda_.plane import LambdaPlane
from harness.services.s3_events import S3Events
from harness.services.s3_events.control import DeliveryControl
from harness.services.s3_events.profile import parse as delivery_profile
from harness.services.s3_requests.layers import S3Layers
from harness.services.secrets_manager import SecretsManager
from harness.services.sns import Sns
from harness.services.sqs import Queues, Sqs
from harness.services.sts import Sts
from harness.services.xray import Daemon, XRay
from harness.state import State
from harness.status import Status
from harness.why.service import Why

_SENDERS = ("sns", "events")  # whose messages the control plane puts into queues itself


class DataPlane:
    """What behaves; `control_plane` is what remembers.

    images: source directories by repository name, filled once the template is known.
    faults: what is to go wrong, in the database too.
    described: what the environment adds to its status (template, database, …).
    """

    def __init__(
        self,
        state: State,
        options: Options,
        control_plane: Handler,
        journal: Journal,
        clock: Clock,
    ) -> None:
        region = options.region
        self._options = options
        self.images: dict[str, ImageSource] = {}
        self.described: dict[str, Any] = {}
        self._guard = guard = Guard(
            control_plane,
            self._ask_lambda,
            self._role_of,
            journal,
            clock,
            region,
            enforce=options.enforce_iam,
        )
        self.faults = Faults(journal)
        services: list[Service] = []
        s3 = S3Layers(guard.secret_keys, control_plane, clock, region)
        self._call_faults = CallFaults(
            self.faults, guard.sessions, SystemClock(), region, self._crash
        )
        layers: list[Layer] = [
            recorder(journal),
            self._call_faults,
            Border(guard.sessions, self._reach_of),
            self._notice_api_changes,
            *s3.browsers,
            *s3.signatures,
            *guard.layers,
            *s3.writes,
        ]
        self.endpoint = Endpoint(services, control_plane, layers, region)
        door = self.endpoint.door
        ground = Ground(state, options, control_plane, door, journal, clock)
        self._observation = Observation(ground)
        self._networks = Networks(control_plane, region)
        networks = self._networks if options.vpc else None
        self._review = NetworkReview(networks, guard.authority.mentions, base_model)
        log = self._observation.delivery.put
        self._daemon = Daemon(door, region, journal, options.xray_port)
        self._lambda = LambdaPlane(ground, guard, networks, self.images, log, self._daemon.put)
        self._events = S3Events(door, control_plane, journal, clock, region)
        self._events.delivery.use(delivery_profile(options.s3_delivery))
        self._events.delivery.disturb = DeliveryFaults(self.faults)
        self._bus = EventBridge(door, control_plane, journal, clock, region)
        self._queues = Queues()
        self._mappings = self._event_source_mappings(ground)
        self._gateway = ApiGateway(door, region, journal, clock)
        models = ModelProcess(state.registry)
        self._bedrock = BedrockRuntime(journal, clock, region, models, strict=options.strict_models)
        services += self._services(ground)

    def _event_source_mappings(self, ground: Ground) -> EventSourceMappings:
        return EventSourceMappings(
            Surroundings(
                ground.door,
                self._lambda.functions,
                self._queues,
                ground.journal,
                ground.clock,
                SystemClock(),  # the control plane's: no time scale reaches it
                ground.region,
                Machine(ground.options.max_sandboxes, self._lambda.waiting),
                self._guard.authorize,
            )
        )

    def _services(self, ground: Ground) -> list[Service]:
        """Return all services; of two that claim a call the first answers it."""
        control_plane, journal = ground.control_plane, ground.journal
        return [
            self._guard.bucket_policies,
            self._mappings,
            Sqs(control_plane, self._queues, SystemClock(), ground.region),
            Stacks(control_plane),
            *self._lambda.services,
            self._events,
            self._bus,
            Sns(ground.door, control_plane, journal, ground.clock, ground.region),
            self._bedrock,
            self._gateway,
            Stages(control_plane, ground.region),
            DeliveryControl(self._events.delivery),
            FaultControl(self.faults),
            Why(ground.state.path("journal.jsonl"), journal),
            Sts(self._guard.sessions, control_plane),
            SecretsManager(control_plane),
            XRay(self._daemon, journal),
            *self._observation.services,
            Status(self.status, self._observation.delivery),
        ]

    @property
    def owned(self) -> dict[str, str]:
        """Return what is behaved here rather than in the control plane, by service."""
        return {
            "lambda": "emulated here",
            "sqs": "long polls wait here; messages are moto's",
            "s3": "URLs, forms, CORS and notifications are handled here; objects are moto's",
            "sns": "functions are invoked from here; topics are moto's",
            "bedrock-runtime": "emulated here",
            "events": "events and schedules are delivered from here; buses and rules are moto's",
            "execute-api": "emulated here; configuration is moto's",
            "logs": "events are kept and searched here; groups are moto's",
            "monitoring": "metrics and alarms are kept and evaluated here; dashboards are moto's",
            "xray": "traces are kept and searched here",
            "everything else": "moto",
        }

    async def prepare(self, endpoint_url: str, database: DatabaseUrl) -> None:
        """Tell the parts that hand addresses on, and find out whether sandboxes can be had.

        Raises `HarnessError` when they cannot.
        """
        self.endpoint.host = endpoint_url.removeprefix("http://")
        daemon_address = self._daemon.start()
        self._lambda.reachable_at(endpoint_url, daemon_address)
        ports = [int(address.rpartition(":")[2]) for address in (endpoint_url, daemon_address)]
        await self._lambda.executor.prepare(Reachable(ports[0], database, ports[1]))
        await self._lambda.docks.open(str(self._options.listen))

    async def begin(self) -> None:
        """Do what can only be done once the resources are there."""
        await self._lambda.begin(self._options.warm)

    async def status(self) -> Mapping[str, Any]:
        """Return what `harness status` shows."""
        self._guard.review()
        configurations = await self._lambda.functions.configurations()
        room = self._lambda.room
        return {
            **self.described,
            "functions": [
                {**self._lambda.describe(c), "reaches": await self._review.reaches(c)}
                for c in configurations
            ],
            "sandboxes": {
                "alive": room.taken,
                "bound": room.bound,
                "waiting": room.waiting,
            },
            "queued_events": self._lambda.queued_events,
            "event_source_mappings": self._mappings.summary(),
            "s3_delivery": self._events.delivery.profile.text(),
            "faults": [armed.told() for armed in self.faults.armed()],
            "findings": [
                *self._findings(configurations),
                *await self._review.findings(configurations),
                *self._guard.findings(),
                *self._lambda.docks.findings(),
            ],
            "limits": {
                "sandboxes": f"{room.bound} at the same time; more invocations wait",
                "function time-out": "enforced",
                **await self._lambda.executor.limits(),
                **self._lambda.docks.limits(),
                "VPC routing": "enforced" if self._options.vpc else "not enforced: --no-vpc",
                "IAM": self._guard.limit,
            },
            "memory_mb": await asyncio.to_thread(memory_mb),
        }

    def _findings(self, configurations: Sequence[Mapping[str, Any]]) -> list[str]:
        """Return what would fail on AWS: models called, and models that variables name."""
        named = {
            value
            for configuration in configurations
            for value in configuration.get("Environment", {}).get("Variables", {}).values()
            if base_model(value)
        }
        sentences = [finding(self._options.region, model) for model in sorted(named)]
        timeouts = {found["FunctionName"]: int(found["Timeout"]) for found in configurations}
        queues = self._mappings.findings(timeouts)
        return sorted({*self._bedrock.findings(), *filter(None, sentences), *queues})

    async def close(self) -> None:
        """Stop everything that runs; accepted events that did not end yet are given up."""
        await self._call_faults.close()
        await self._gateway.close()
        await self._mappings.close()
        await self._events.close()
        await self._bus.close()
        await self._lambda.close()
        await self._daemon.close()
        await self._bedrock.close()
        await self._observation.close()

    async def _crash(self, access_key_id: str) -> None:
        await self._lambda.crash(access_key_id)

    async def _ask_lambda(self, call: Call) -> Reply:
        return await self._lambda.configuration(call)

    async def _reach_of(self, reference: str) -> Reach | None:
        return (await self._lambda.functions.get(reference)).reach

    async def _role_of(self, reference: str) -> str:
        return (await self._lambda.functions.get(reference)).role_arn

    async def _notice_api_changes(self, call: Call, proceed: Handler) -> Reply:
        if call.service == "ec2":
            await request_body(call)  # it names the operation
        reply = await proceed(call)
        if call.service == "apigateway" and call.method != "GET":
            self._gateway.forget_all()
        if call.operation == "DeleteFunction":
            self._mappings.function_deleted()
        if call.service in _SENDERS and call.method == "POST":
            self._queues.all_changed()
        self._events.notice(call)
        self._bus.notice(call)
        if call.service == "ec2" and not call.operation.startswith("Describe"):
            self._networks.forget()
            self._lambda.functions.forget()
        return reply
