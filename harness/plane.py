"""The data plane: every emulated service, wired together behind one endpoint."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from harness.call import Call, Handler, Layer, Reply, Service
from harness.clock import Clock, SystemClock
from harness.database.url import DatabaseUrl
from harness.endpoint import Endpoint, recorder
from harness.errors import UsageError
from harness.iam.authority import Authority
from harness.iam.callers import Callers
from harness.iam.enforcement import Enforcement
from harness.iam.presigned import refuse_expired
from harness.iam.request_body import request_body
from harness.iam.role_checks import RoleChecks
from harness.iam.service_roles import Authorize, anything, authorize_with
from harness.iam.sessions import Sessions
from harness.journal import Journal
from harness.memory import memory_mb
from harness.network.networks import Networks
from harness.network.review import NetworkReview
from harness.options import Options
from harness.services.apigateway import ApiGateway
from harness.services.bedrock_runtime import BedrockRuntime
from harness.services.bedrock_runtime.model_process import ModelProcess
from harness.services.bedrock_runtime.regions import base_model, finding
from harness.services.bucket_policies import BucketPolicies
from harness.services.cloudwatch import CloudWatch
from harness.services.cloudwatch.apigateway_metrics import ApiGatewayMetrics
from harness.services.cloudwatch.bucket_metrics import BucketMetrics
from harness.services.cloudwatch.lambda_metrics import LambdaMetrics
from harness.services.event_source_mapping import (
    EventSourceMappings,
    Machine,
    Stacks,
    Surroundings,
)
from harness.services.eventbridge import EventBridge
from harness.services.lambda_ import LambdaService
from harness.services.lambda_.access import Access
from harness.services.lambda_.async_queue import AsyncQueue
from harness.services.lambda_.code import CodeStore, ImageSource
from harness.services.lambda_.code_download import CodeDownload
from harness.services.lambda_.configuration.api import ConfigurationApi
from harness.services.lambda_.configuration.registry import Registry
from harness.services.lambda_.destinations.telling import Telling
from harness.services.lambda_.event_invoke_config import EventInvokeConfigs
from harness.services.lambda_.executors.interpreters import Interpreters
from harness.services.lambda_.executors.platform import Wanted
from harness.services.lambda_.executors.process import ProcessExecutor
from harness.services.lambda_.function import Functions
from harness.services.lambda_.invoker import Invoker
from harness.services.lambda_.launch import Launcher
from harness.services.lambda_.provisioning import Provisioning
from harness.services.lambda_.recursion import Recursion
from harness.services.lambda_.room import Room
from harness.services.lambda_.spool import Spool
from harness.services.lambda_.throttle import ACCOUNT_LIMIT, Throttle
from harness.services.logs import Logs
from harness.services.s3_events import S3Events
from harness.services.s3_events.control import DeliveryControl
from harness.services.s3_events.profile import parse as delivery_profile
from harness.services.secrets_manager import SecretsManager
from harness.services.sns import Sns
from harness.services.sqs import Queues, Sqs
from harness.services.sts import Sts
from harness.state import State
from harness.status import Status
from harness.why.service import Why

_SENDERS = ("sns", "events")  # whose messages the control plane puts into queues itself
_LOOPBACK = ("127.0.0.1", "localhost")
NO_IAM = "not enforced: policies are stored; start with --enforce-iam to check calls against them"


class DataPlane:
    """What behaves; `control_plane` is what remembers.

    images: source directories by repository name, filled once the template is known.
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
        services: list[Service] = []
        layers: list[Layer] = [recorder(journal), refuse_expired(clock), self._notice_api_changes]
        sessions = Sessions()
        self._bucket_policies = BucketPolicies(control_plane)
        self._authority = Authority(self._state_of_account, journal, clock, region)
        authorize: Authorize = anything
        if options.enforce_iam:
            callers = Callers(sessions, control_plane, region)
            layers.append(Enforcement(sessions, callers, self._authority, region))
            layers.append(RoleChecks(self._authority, self._role_of))
            authorize = authorize_with(self._authority)
        self.endpoint = Endpoint(services, control_plane, layers, region)
        door = self.endpoint.door
        self._cloudwatch = CloudWatch(door, control_plane, journal, clock, region)
        journal.follow(LambdaMetrics(self._cloudwatch.store).observe)
        journal.follow(ApiGatewayMetrics(self._cloudwatch.store).observe)
        bucket_metrics = BucketMetrics(control_plane, region, self._cloudwatch.store)
        journal.follow(bucket_metrics.observe)
        logs = state.path("logs.sqlite")
        self._logs = Logs(control_plane, journal, clock, region, logs, self._cloudwatch.store)
        self._networks = Networks(control_plane, region)
        networks = self._networks if options.vpc else None
        self._review = NetworkReview(networks, self._authority.mentions, base_model)
        registry = Registry(region)
        self._code = code = CodeStore(state.path("code"), self.images, control_plane, region)
        configuration = ConfigurationApi(registry, code, control_plane, clock)
        self._configuration = configuration.handle
        self._functions = functions = Functions(configuration.handle, region, networks)
        wanted = Wanted(options.isolate, options.cpu_share)
        pythons = Interpreters(options.inherited.get("PATH", ""))
        self._executor = executor = ProcessExecutor(state, wanted, pythons)
        sandboxes = state.path("sandboxes")
        self._access = Access(sessions, authorize, region)
        self._launcher = Launcher(
            executor, code, sandboxes, self._logs.delivery.put, clock, region, self._access
        )
        throttle = Throttle(lambda: ACCOUNT_LIMIT - registry.reserved, clock)
        self._room = Room(options.max_sandboxes)
        self._invoker = invoker = Invoker(self._launcher, journal, clock, throttle, self._room)
        self._provisioning = Provisioning(functions, invoker, options.max_sandboxes, clock)
        configuration.provision_with(self._provisioning)
        configs, recursion = EventInvokeConfigs(functions, clock), Recursion(journal, clock)
        self._queue = AsyncQueue(
            invoker.run_event,
            functions,
            configs,
            recursion,
            Telling(door, configs.settings, journal, clock, authorize),
            Spool(state.path("events")),
            journal,
            clock,
            options.max_sandboxes,
        )
        self._events = S3Events(door, control_plane, journal, clock, region)
        self._events.delivery.use(delivery_profile(options.s3_delivery))
        self._bus = EventBridge(door, control_plane, journal, clock, region)
        wall = SystemClock()  # the control plane's: no time scale reaches it
        self._queues = Queues()
        machine = Machine(options.max_sandboxes, self._waiting)
        self._mappings = EventSourceMappings(
            Surroundings(
                door, functions, self._queues, journal, clock, wall, region, machine, authorize
            )
        )
        self._gateway = ApiGateway(door, region, journal, clock)
        models = ModelProcess(state.registry)
        self._bedrock = BedrockRuntime(journal, clock, region, models, strict=options.strict_models)
        services += [
            self._bucket_policies,
            self._mappings,
            Sqs(control_plane, self._queues, wall, region),
            Stacks(control_plane),
            LambdaService(
                configuration.handle,
                region,
                functions,
                invoker,
                self._queue,
                self._provisioning,
                configs,
                recursion,
            ),
            CodeDownload(code),
            self._events,
            self._bus,
            Sns(door, control_plane, journal, clock, region),
            self._bedrock,
            self._gateway,
            DeliveryControl(self._events.delivery),
            Why(state.path("journal.jsonl"), journal),
            Sts(sessions, control_plane),
            SecretsManager(control_plane),
            self._cloudwatch,
            bucket_metrics,
            self._logs,
            Status(self.status, self._logs.delivery),
        ]

    @property
    def owned(self) -> dict[str, str]:
        """Return what is behaved here rather than in the control plane, by service."""
        return {
            "lambda": "emulated here",
            "sqs": "long polls wait here; messages are moto's",
            "s3": "notifications are sent from here; objects are moto's",
            "sns": "functions are invoked from here; topics are moto's",
            "bedrock-runtime": "emulated here",
            "events": "events put are delivered from here; buses and rules are moto's",
            "execute-api": "emulated here; configuration is moto's",
            "logs": "events are kept and searched here; groups are moto's",
            "monitoring": "metrics and alarms are kept and evaluated here; dashboards are moto's",
            "everything else": "moto",
        }

    def reachable_at(self, endpoint_url: str) -> None:
        """Tell the parts that hand the endpoint's address on."""
        self.endpoint.host = endpoint_url.removeprefix("http://")
        self._launcher.endpoint_url = endpoint_url
        self._code.endpoint_url = endpoint_url

    async def prepare_sandboxes(self, database: DatabaseUrl) -> None:
        """Find out whether what was asked for works here, and what isolated functions may reach.

        Raises `EnvironmentFailedError` or `UsageError` when it does not.
        """
        if self._options.isolate:
            if database.host not in _LOOPBACK:
                raise UsageError(
                    f"--isolate cuts functions off from the database on {database.host}; "
                    "use one on 127.0.0.1, or leave --isolate out"
                )
            endpoint_port = int(self.endpoint.host.rpartition(":")[2])
            self._executor.ports = [endpoint_port, database.port]
        if self._options.isolate or self._options.cpu_share:
            await self._executor.probed()

    async def status(self) -> Mapping[str, Any]:
        """Return what `harness status` shows."""
        if not self._options.enforce_iam:
            self._authority.forget_identities()  # nobody tells it of changes
        configurations = await self._functions.configurations()
        return {
            **self.described,
            "functions": [
                {**self._function(c), "reaches": await self._review.reaches(c)}
                for c in configurations
            ],
            "sandboxes": {
                "alive": self._room.taken,
                "bound": self._room.bound,
                "waiting": self._room.waiting,
            },
            "queued_events": self._queue.depth,
            "event_source_mappings": self._mappings.summary(),
            "s3_delivery": self._events.delivery.profile.text(),
            "findings": [
                *self._findings(configurations),
                *await self._review.findings(configurations),
                *(f"--enforce-iam let pass: {what}" for what in self._authority.findings),
            ],
            "limits": {
                "sandboxes": f"{self._room.bound} at the same time; more invocations wait",
                "function time-out": "enforced",
                **await self._executor.limits(),
                "VPC routing": "enforced" if self._options.vpc else "not enforced: --no-vpc",
                "IAM": "enforced" if self._options.enforce_iam else NO_IAM,
            },
            "memory_mb": await asyncio.to_thread(memory_mb),
        }

    def _function(self, configuration: Mapping[str, Any]) -> dict[str, Any]:
        name = configuration["FunctionName"]
        state = configuration.get("State", "Active")
        return {"name": name, "state": state, **self._invoker.describe(name)}

    def _waiting(self, function: str) -> int:
        """Return how many invocations of a function (`name` or `name:qualifier`) wait here."""
        waiting = self._invoker.describe(function.partition(":")[0])["waiting"]
        assert isinstance(waiting, int)
        return waiting

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
        await self._gateway.close()
        await self._mappings.close()
        await self._events.close()
        await self._bus.close()
        await self._queue.close()
        await self._provisioning.close()
        await self._invoker.close()
        self._executor.close()
        self._access.close()
        await self._bedrock.close()
        await self._cloudwatch.close()
        await self._logs.close()

    async def _state_of_account(self, call: Call) -> Reply:
        """Answer a question about policies, past the layers: deciding must not be decided about."""
        if call.service == "lambda":
            return await self._configuration(call)
        return await self._bucket_policies.ask(call)

    async def _role_of(self, reference: str) -> str:
        return (await self._functions.get(reference)).role_arn

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
            self._functions.forget()
        return reply
