"""The data plane: every emulated service, wired together behind one endpoint."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from harness.call import Call, Handler, Layer, Reply, Service
from harness.clock import Clock
from harness.endpoint import Endpoint, recorder
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
from harness.services.cloudwatch import MetricDelivery
from harness.services.lambda_ import LambdaService
from harness.services.lambda_.access import Access
from harness.services.lambda_.async_queue import AsyncQueue
from harness.services.lambda_.code import CodeStore, ImageSource
from harness.services.lambda_.executors.process import ProcessExecutor
from harness.services.lambda_.function import Functions
from harness.services.lambda_.invoker import Invoker
from harness.services.lambda_.launch import Launcher
from harness.services.logs import LogDelivery
from harness.services.s3_events import S3Events
from harness.services.secrets_manager import SecretsManager
from harness.services.sts import Sts
from harness.state import State
from harness.status import Status

NOT_ENFORCED = {
    "function memory": "a process may use more than the function's memory",
    "function CPU share": "a process may use every core",
    "size of /tmp": "TMPDIR is a directory of the sandbox's own, without a limit",
    "read-only root": "a function can write wherever you can",
}
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
        bucket_policies = BucketPolicies(control_plane)
        self._authority = Authority(bucket_policies.ask, journal, clock, region)
        authorize: Authorize = anything
        if options.enforce_iam:
            callers = Callers(sessions, control_plane, region)
            layers.append(Enforcement(sessions, callers, self._authority, region))
            layers.append(RoleChecks(self._authority, self._role_of))
            authorize = authorize_with(self._authority)
        self.endpoint = Endpoint(services, control_plane, layers, region)
        self._logs = LogDelivery(control_plane, region, journal, clock)
        self._metrics = MetricDelivery(control_plane, region, journal)
        journal.follow(self._metrics.observe)
        self._networks = Networks(control_plane, region)
        networks = self._networks if options.vpc else None
        self._review = NetworkReview(networks, self._authority.mentions, base_model)
        self._functions = functions = Functions(control_plane, region, networks)
        code = CodeStore(state.path("code"), self.images, control_plane, region)
        executor = ProcessExecutor(state.registry)
        sandboxes = state.path("sandboxes")
        self._access = Access(sessions, authorize, region)
        self._launcher = Launcher(
            executor, code, sandboxes, self._logs.put, clock, region, self._access
        )
        self._invoker = Invoker(self._launcher, journal, clock, options.max_sandboxes)
        door = self.endpoint.door
        self._queue = AsyncQueue(self._invoker.invoke, functions, door, journal, clock)
        self._events = S3Events(door, control_plane, journal, clock, region)
        self._gateway = ApiGateway(door, region, journal, clock)
        models = ModelProcess(state.registry)
        self._bedrock = BedrockRuntime(journal, clock, region, models, strict=options.strict_models)
        services += [
            bucket_policies,
            LambdaService(control_plane, functions, code, self._invoker, self._queue),
            self._events,
            self._bedrock,
            self._gateway,
            Sts(sessions, control_plane),
            SecretsManager(control_plane),
            Status(self.status, self._logs),
        ]

    @property
    def owned(self) -> dict[str, str]:
        """Return what is behaved here rather than in the control plane, by service."""
        return {
            "lambda": "invocations run here; configuration is moto's",
            "s3": "notifications are sent from here; objects are moto's",
            "bedrock-runtime": "emulated here",
            "execute-api": "emulated here; configuration is moto's",
            "everything else": "moto",
        }

    def reachable_at(self, endpoint_url: str) -> None:
        """Tell the parts that hand the endpoint's address on."""
        self.endpoint.host = endpoint_url.removeprefix("http://")
        self._launcher.endpoint_url = endpoint_url

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
            "queued_events": self._queue.depth,
            "findings": [
                *self._findings(configurations),
                *await self._review.findings(configurations),
                *(f"--enforce-iam let pass: {what}" for what in self._authority.findings),
            ],
            "limits": {
                "sandboxes per function": f"{self._options.max_sandboxes}; more invocations wait",
                "function time-out": "enforced",
                "VPC routing": "enforced" if self._options.vpc else "not enforced: --no-vpc",
                "IAM": "enforced" if self._options.enforce_iam else NO_IAM,
                **{name: f"not enforced: {reason}" for name, reason in NOT_ENFORCED.items()},
            },
            "memory_mb": await asyncio.to_thread(memory_mb),
        }

    def _function(self, configuration: Mapping[str, Any]) -> dict[str, Any]:
        name = configuration["FunctionName"]
        state = configuration.get("State", "Active")
        return {"name": name, "state": state, **self._invoker.describe(name)}

    def _findings(self, configurations: Sequence[Mapping[str, Any]]) -> list[str]:
        """Return what would fail on AWS: models called, and models that variables name."""
        named = {
            value
            for configuration in configurations
            for value in configuration.get("Environment", {}).get("Variables", {}).values()
            if base_model(value)
        }
        sentences = [finding(self._options.region, model) for model in sorted(named)]
        return sorted({*self._bedrock.findings(), *filter(None, sentences)})

    async def close(self) -> None:
        """Stop everything that runs; accepted events that did not end yet are given up."""
        await self._gateway.close()
        await self._queue.close()
        await self._invoker.close()
        self._access.close()
        await self._bedrock.close()
        await self._metrics.close()
        await self._logs.close()

    async def _role_of(self, reference: str) -> str:
        return (await self._functions.get(reference)).role_arn

    async def _notice_api_changes(self, call: Call, proceed: Handler) -> Reply:
        if call.service == "ec2":
            await request_body(call)  # it names the operation
        reply = await proceed(call)
        if call.service == "apigateway" and call.method != "GET":
            self._gateway.forget_all()
        if call.service == "ec2" and not call.operation.startswith("Describe"):
            self._networks.forget()
            self._functions.forget()
        return reply
