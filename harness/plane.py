"""The data plane: every emulated service, wired together behind one endpoint."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from harness.call import Call, Handler, Layer, Reply, Service
from harness.clock import Clock
from harness.endpoint import Endpoint, recorder
from harness.journal import Journal
from harness.memory import memory_mb
from harness.options import Options
from harness.services.apigateway import ApiGateway
from harness.services.bedrock_runtime import BedrockRuntime
from harness.services.bedrock_runtime.model_process import ModelProcess
from harness.services.bedrock_runtime.regions import base_model, finding
from harness.services.cloudwatch import CloudWatch
from harness.services.cloudwatch.apigateway_metrics import ApiGatewayMetrics
from harness.services.cloudwatch.bucket_metrics import BucketMetrics
from harness.services.cloudwatch.lambda_metrics import LambdaMetrics
from harness.services.lambda_ import LambdaService
from harness.services.lambda_.async_queue import AsyncQueue
from harness.services.lambda_.code import CodeStore, ImageSource
from harness.services.lambda_.executors.process import ProcessExecutor
from harness.services.lambda_.function import Functions
from harness.services.lambda_.invoker import Invoker
from harness.services.lambda_.launch import Launcher
from harness.services.logs import Logs
from harness.services.s3_events import S3Events
from harness.state import State
from harness.status import Status

NOT_ENFORCED = {
    "function memory": "a process may use more than the function's memory",
    "function CPU share": "a process may use every core",
    "size of /tmp": "TMPDIR is a directory of the sandbox's own, without a limit",
    "read-only root": "a function can write wherever you can",
    "VPC routing": "every function reaches the endpoint and the database",
    "IAM": "policies are stored; calls are not checked against them",
}


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
        layers: list[Layer] = [recorder(journal), self._notice_api_changes]
        self.endpoint = Endpoint(services, control_plane, layers, region)
        door = self.endpoint.door
        self._cloudwatch = CloudWatch(door, control_plane, journal, clock, region)
        journal.follow(LambdaMetrics(self._cloudwatch.store).observe)
        journal.follow(ApiGatewayMetrics(self._cloudwatch.store).observe)
        bucket_metrics = BucketMetrics(control_plane, region, self._cloudwatch.store)
        journal.follow(bucket_metrics.observe)
        logs = state.path("logs.sqlite")
        self._logs = Logs(control_plane, journal, clock, region, logs, self._cloudwatch.store)
        self._functions = functions = Functions(control_plane, region)
        code = CodeStore(state.path("code"), self.images, control_plane, region)
        executor = ProcessExecutor(state.registry)
        sandboxes = state.path("sandboxes")
        self._launcher = Launcher(executor, code, sandboxes, self._logs.delivery.put, clock, region)
        self._invoker = Invoker(self._launcher, journal, clock, options.max_sandboxes)
        self._queue = AsyncQueue(self._invoker.invoke, functions, door, journal, clock)
        self._events = S3Events(door, control_plane, journal, clock, region)
        self._gateway = ApiGateway(door, region, journal, clock)
        models = ModelProcess(state.registry)
        self._bedrock = BedrockRuntime(journal, clock, region, models, strict=options.strict_models)
        services += [
            LambdaService(control_plane, functions, code, self._invoker, self._queue),
            self._events,
            self._bedrock,
            self._gateway,
            self._cloudwatch,
            bucket_metrics,
            self._logs,
            Status(self.status, self._logs.delivery),
        ]

    @property
    def owned(self) -> dict[str, str]:
        """Return what is behaved here rather than in the control plane, by service."""
        return {
            "lambda": "invocations run here; configuration is moto's",
            "s3": "notifications are sent from here; objects are moto's",
            "bedrock-runtime": "emulated here",
            "execute-api": "emulated here; configuration is moto's",
            "logs": "events are kept and searched here; groups are moto's",
            "monitoring": "metrics and alarms are kept and evaluated here; dashboards are moto's",
            "everything else": "moto",
        }

    def reachable_at(self, endpoint_url: str) -> None:
        """Tell the parts that hand the endpoint's address on."""
        self.endpoint.host = endpoint_url.removeprefix("http://")
        self._launcher.endpoint_url = endpoint_url

    async def status(self) -> Mapping[str, Any]:
        """Return what `harness status` shows."""
        configurations = await self._functions.configurations()
        return {
            **self.described,
            "functions": [self._function(configuration) for configuration in configurations],
            "queued_events": self._queue.depth,
            "findings": self._findings(configurations),
            "limits": {
                "sandboxes per function": f"{self._options.max_sandboxes}; more invocations wait",
                "function time-out": "enforced",
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
        await self._bedrock.close()
        await self._cloudwatch.close()
        await self._logs.close()

    async def _notice_api_changes(self, call: Call, proceed: Handler) -> Reply:
        reply = await proceed(call)
        if call.service == "apigateway" and call.method != "GET":
            self._gateway.forget_all()
        return reply
