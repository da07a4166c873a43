"""The configuration side of the Lambda API: one handler for everything but invocations."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from harness.call import Call, Handler, Reply
from harness.clock import Clock
from harness.services.lambda_.code import CodeStore
from harness.services.lambda_.configuration.aliases import AliasOperations
from harness.services.lambda_.configuration.concurrency import ConcurrencyOperations, Provisioning
from harness.services.lambda_.configuration.functions import FunctionOperations
from harness.services.lambda_.configuration.policies import PolicyOperations
from harness.services.lambda_.configuration.registry import Registry
from harness.services.lambda_.configuration.tags import TagOperations
from harness.services.lambda_.configuration.versions import VersionOperations
from harness.services.lambda_.refusal import not_emulated

Operation = Callable[[Call], Awaitable[Reply]]

# What the control plane would store and nobody would act upon.
_NOT_EMULATED = frozenset(
    {"CreateFunctionUrlConfig", "UpdateFunctionUrlConfig", "ListFunctionUrlConfigs"}
    | {"CreateCodeSigningConfig", "PutFunctionCodeSigningConfig", "PutRuntimeManagementConfig"}
    | {"PublishLayerVersion", "AddLayerVersionPermission", ""}
)


class ConfigurationApi:
    """Answers what is kept in `registry`; the rest is `control_plane`'s."""

    def __init__(
        self, registry: Registry, code: CodeStore, control_plane: Handler, clock: Clock
    ) -> None:
        self._registry = registry
        self._control_plane = control_plane
        self._operations: dict[str, Operation] = {
            **FunctionOperations(registry, code, control_plane, clock).operations,
            **VersionOperations(registry, clock).operations,
            **AliasOperations(registry).operations,
            **PolicyOperations(registry).operations,
            **TagOperations(registry, control_plane).operations,
        }

    def provision_with(self, provisioning: Provisioning) -> None:
        """Add the operations about concurrency, once there is somebody who provisions."""
        self._operations |= ConcurrencyOperations(self._registry, provisioning).operations

    async def handle(self, call: Call) -> Reply:
        if call.operation in _NOT_EMULATED:
            raise not_emulated(f"lambda:{call.operation or f'{call.method} {call.path[:200]}'}")
        return await self._operations.get(call.operation, self._control_plane)(call)
