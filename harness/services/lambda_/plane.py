"""Lambda, put together: functions kept, invoked at once or later, in sandboxes of this machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from harness.call import Handler, Service
from harness.errors import UsageError
from harness.ground import Ground
from harness.iam.guard import Guard
from harness.network.networks import Networks
from harness.services.lambda_.access import Access
from harness.services.lambda_.async_queue import AsyncQueue
from harness.services.lambda_.attached import Docks
from harness.services.lambda_.code import CodeStore
from harness.services.lambda_.code_download import CodeDownload
from harness.services.lambda_.configuration.api import ConfigurationApi
from harness.services.lambda_.configuration.registry import Registry
from harness.services.lambda_.destinations.telling import Telling
from harness.services.lambda_.event_invoke_config import EventInvokeConfigs
from harness.services.lambda_.execution import Execution
from harness.services.lambda_.executors.interpreters import Interpreters
from harness.services.lambda_.executors.platform import Wanted
from harness.services.lambda_.executors.process import ProcessExecutor
from harness.services.lambda_.function import Functions
from harness.services.lambda_.images import Images, ImageSource, SourceDirectories
from harness.services.lambda_.invoker import Invoker
from harness.services.lambda_.launch import Launcher, Log
from harness.services.lambda_.provisioning import Provisioning
from harness.services.lambda_.recursion import Recursion
from harness.services.lambda_.room import Room
from harness.services.lambda_.service import LambdaService
from harness.services.lambda_.spool import Spool
from harness.services.lambda_.throttle import ACCOUNT_LIMIT, Throttle
from harness.services.lambda_.tracing import Tracing


class LambdaPlane:
    """sources: of images, by repository name, filled once the template is known.

    log: takes what sandboxes write; segments: takes Lambda's own for X-Ray.
    networks: None when functions in a VPC reach everything.
    crash(access_key_id): ends the process of the sandbox that calls with the key.
    """

    def __init__(
        self,
        ground: Ground,
        guard: Guard,
        networks: Networks | None,
        sources: Mapping[str, ImageSource],
        log: Log,
        segments: Callable[..., None],
    ) -> None:
        self._ground = ground
        control_plane, region, clock = ground.control_plane, ground.region, ground.clock
        registry = Registry(region)
        self.executor, images = _execution(ground, sources)
        self._code = CodeStore(ground.state.path("code"), images, control_plane, region)
        api = ConfigurationApi(registry, self._code, control_plane, clock)
        self.configuration: Handler = api.handle
        self.functions = Functions(api.handle, region, networks)
        access = Access(guard.sessions, guard.authorize, region, self.executor.nowhere)
        sandboxes = ground.state.path("sandboxes")
        self._launcher = Launcher(self.executor, self._code, sandboxes, log, clock, region, access)
        self.crash = self._launcher.crash
        self.room = Room(ground.options.max_sandboxes)
        throttle = Throttle(lambda: ACCOUNT_LIMIT - registry.reserved, clock)
        tracing = Tracing(segments, clock)
        self.docks = Docks(
            ground.options.attached, self.functions, guard.sessions, log, clock, region
        )
        self._invoker = Invoker(
            self._launcher, ground.journal, clock, throttle, self.room, tracing, self.docks
        )
        self._provisioning = Provisioning(self.functions, self._invoker, self.room.bound, clock)
        api.provision_with(self._provisioning)
        self._configs = EventInvokeConfigs(self.functions, clock)
        self._recursion = Recursion(ground.journal, clock)
        self._queue = self._asynchronous(guard)

    def _asynchronous(self, guard: Guard) -> AsyncQueue:
        ground, configs = self._ground, self._configs
        telling = Telling(
            ground.door, configs.settings, ground.journal, ground.clock, guard.authorize
        )
        return AsyncQueue(
            self._invoker.run_event,
            self.functions,
            configs,
            self._recursion,
            telling,
            Spool(ground.state.path("events")),
            ground.journal,
            ground.clock,
            self.room.bound,
        )

    @property
    def services(self) -> list[Service]:
        service = LambdaService(
            self.configuration,
            self._ground.region,
            self.functions,
            self._invoker,
            self._queue,
            self._provisioning,
            self._configs,
            self._recursion,
        )
        return [service, CodeDownload(self._code)]

    @property
    def queued_events(self) -> int:
        return self._queue.depth

    def reachable_at(self, endpoint_url: str, daemon_address: str) -> None:
        self._launcher.endpoint_url = endpoint_url
        self._launcher.daemon_address = daemon_address
        self._code.endpoint_url = endpoint_url

    async def begin(self, warm: Mapping[str, int]) -> None:
        """Make sure that sandboxes can be made, and have so many of each function kept warm.

        Raises `HarnessError` when they cannot, or when there is no such function.
        """
        await self.executor.ready()
        names = {found["FunctionName"] for found in await self.functions.configurations()}
        for option, asked in (("--warm", warm), ("--attach", self._ground.options.attached)):
            if unknown := asked.keys() - names:
                known = ", ".join(sorted(names)) or "none"
                message = f"{option} {min(unknown)}: there is no such function; there are: {known}"
                raise UsageError(message)
        for name, count in warm.items():
            self._provisioning.keep_warm(name, count)

    def describe(self, configuration: Mapping[str, Any]) -> dict[str, Any]:
        """Return what `status` shows of a function."""
        name = configuration["FunctionName"]
        state = configuration.get("State", "Active")
        served = {**self._invoker.describe(name), **self.docks.describe(name)}
        return {"name": name, "state": state, **served}

    def waiting(self, function: str) -> int:
        """Return how many invocations of a function (`name` or `name:qualifier`) wait here."""
        waiting = self._invoker.describe(function.partition(":")[0])["waiting"]
        assert isinstance(waiting, int)
        return waiting

    async def close(self) -> None:
        """End the sandboxes; accepted events that did not end yet are given up."""
        await self._queue.close()
        await self._provisioning.close()
        await self._invoker.close()
        await self.docks.close()
        self.room.close()
        await self.executor.close()


def _execution(ground: Ground, sources: Mapping[str, ImageSource]) -> tuple[Execution, Images]:
    """Return what runs sandboxes, and what an image is for it."""
    options = ground.options
    if options.runtime == "docker":
        from harness.services.lambda_.executors.containers.executor import ContainerExecutor

        containers = ContainerExecutor(ground.state, options.docker_host)
        return containers, containers
    wanted = Wanted(options.isolate, options.cpu_share)
    pythons = Interpreters(options.inherited.get("PATH", ""))
    return ProcessExecutor(ground.state, wanted, pythons), SourceDirectories(sources)
