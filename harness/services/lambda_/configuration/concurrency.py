"""Reserved and provisioned concurrency, and the limits of the account (aws-behaviour §4)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from harness.call import Call, Reply
from harness.clock import iso8601
from harness.errors import AwsError
from harness.services.lambda_.archive import UNZIPPED_LIMIT, ZIPPED_LIMIT
from harness.services.lambda_.configuration.constraints import PROVISION, RESERVE
from harness.services.lambda_.configuration.registry import Registry, is_version
from harness.services.lambda_.configuration.request import answer, asked, page
from harness.services.lambda_.provisioning import Provisioned
from harness.services.lambda_.reference import reference, unqualified
from harness.services.lambda_.refusal import conflict, invalid, missing
from harness.services.lambda_.throttle import ACCOUNT_LIMIT

Operation = Callable[[Call], Awaitable[Reply]]

MINIMUM_UNRESERVED = 100
_STORAGE = 80_530_636_800
_DECREASES = (
    "Specified {member} for function decreases account's UnreservedConcurrentExecution below its "
    f"minimum value of [{MINIMUM_UNRESERVED}]."
)


class Provisioning(Protocol):
    """Who keeps the sandboxes of a qualifier ready, and tells how far it is."""

    def want(self, name: str, qualifier: str, count: int) -> None: ...
    def drop(self, name: str, qualifier: str) -> None: ...
    def state(self, name: str, qualifier: str) -> Provisioned: ...


class ConcurrencyOperations:
    def __init__(self, registry: Registry, provisioning: Provisioning) -> None:
        self._registry = registry
        self._provisioning = provisioning
        self.operations: Mapping[str, Operation] = {
            "GetAccountSettings": self._account,
            "PutFunctionConcurrency": self._reserve,
            "GetFunctionConcurrency": self._reserved,
            "DeleteFunctionConcurrency": self._release,
            "PutProvisionedConcurrencyConfig": self._provision,
            "GetProvisionedConcurrencyConfig": self._provisioned,
            "DeleteProvisionedConcurrencyConfig": self._deprovision,
            "ListProvisionedConcurrencyConfigs": self._list,
        }

    @property
    def _unreserved(self) -> int:
        registry = self._registry
        return ACCOUNT_LIMIT - registry.reserved - registry.provisioned_unreserved

    async def _account(self, call: Call) -> Reply:
        entries = self._registry.entries.values()
        versions = [v for entry in entries for v in (entry.latest, *entry.versions.values())]
        limit = {
            "TotalCodeSize": _STORAGE,
            "CodeSizeUnzipped": UNZIPPED_LIMIT,
            "CodeSizeZipped": ZIPPED_LIMIT,
            "ConcurrentExecutions": ACCOUNT_LIMIT,
            "UnreservedConcurrentExecutions": self._unreserved,
        }
        size = sum(version.configuration.get("CodeSize", 0) for version in versions)
        usage = {"TotalCodeSize": size, "FunctionCount": len(entries)}
        return answer(200, {"AccountLimit": limit, "AccountUsage": usage})

    async def _reserve(self, call: Call) -> Reply:
        name = unqualified(call, self._registry.region)
        request = await asked(call, RESERVE)
        entry = self._registry.entry(name)
        wanted = request["ReservedConcurrentExecutions"]
        taken = entry.total_provisioned if entry.reserved is None else entry.reserved
        if self._unreserved + taken - wanted < MINIMUM_UNRESERVED:
            raise invalid(_DECREASES.format(member="ReservedConcurrentExecutions"))
        if wanted < entry.total_provisioned:
            raise invalid(
                f" ReservedConcurrentExecutions  {wanted} should not be lower than function's "
                f"total provisioned concurrency [{entry.total_provisioned}]."
            )
        entry.reserved = wanted
        return answer(200, {"ReservedConcurrentExecutions": wanted})

    async def _reserved(self, call: Call) -> Reply:
        reserved = self._registry.entry(unqualified(call, self._registry.region)).reserved
        return answer(200, {} if reserved is None else {"ReservedConcurrentExecutions": reserved})

    async def _release(self, call: Call) -> Reply:
        self._registry.entry(unqualified(call, self._registry.region)).reserved = None
        return answer(204)

    async def _provision(self, call: Call) -> Reply:
        name, qualifier = self._qualified(call)
        request = await asked(call, PROVISION)
        wanted = request["ProvisionedConcurrentExecutions"]
        self._check(name, qualifier, wanted)
        self._registry.entry(name).provisioned[qualifier] = wanted
        self._provisioning.want(name, qualifier, wanted)
        return answer(202, self._shown(name, qualifier))

    def _check(self, name: str, qualifier: str, wanted: int) -> None:
        entry = self._registry.entry(name)
        self._check_overlap(name, qualifier)
        own = entry.provisioned.get(qualifier, 0)
        total = entry.total_provisioned - own + wanted
        if entry.reserved is not None and total > entry.reserved:
            raise invalid(
                "Requested Provisioned Concurrency should not be greater than the "
                "reservedConcurrentExecution for function"
            )
        if wanted > ACCOUNT_LIMIT:
            raise invalid(
                "Specified ConcurrentExecutions for function is greater than account's unreserved "
                f"concurrency [{ACCOUNT_LIMIT}]."
            )
        if entry.reserved is None and self._unreserved + own - wanted < MINIMUM_UNRESERVED:
            raise invalid(_DECREASES.format(member="ConcurrentExecutions"))

    def _check_overlap(self, name: str, qualifier: str) -> None:
        """A version is provisioned by its number or by an alias, not by both."""
        entry = self._registry.entry(name)
        if is_version(qualifier):
            if any(
                entry.aliases[other].version == qualifier
                for other in entry.provisioned
                if other in entry.aliases
            ):
                raise conflict("Version is pointed by a Provisioned Concurrency alias")
        elif entry.aliases[qualifier].version in entry.provisioned:
            raise conflict(
                "Alias can't be used for Provisioned Concurrency configuration on an already "
                "Provisioned version"
            )

    async def _provisioned(self, call: Call) -> Reply:
        return answer(200, self._shown(*self._configured(call)))

    async def _deprovision(self, call: Call) -> Reply:
        name, qualifier = self._configured(call)
        del self._registry.entry(name).provisioned[qualifier]
        self._provisioning.drop(name, qualifier)
        return answer(204)

    async def _list(self, call: Call) -> Reply:
        name = unqualified(call, self._registry.region)
        configs = [
            {"FunctionArn": self._registry.arn(name, qualifier), **self._shown(name, qualifier)}
            for qualifier in sorted(self._registry.entry(name).provisioned)
        ]
        return page(call, "ProvisionedConcurrencyConfigs", configs)

    def _configured(self, call: Call) -> tuple[str, str]:
        name, qualifier = self._qualified(call)
        if qualifier not in self._registry.entry(name).provisioned:
            message = "No Provisioned Concurrency Config found for this function"
            raise AwsError(
                "ProvisionedConcurrencyConfigNotFoundException", message, 404, {"Type": "User"}
            )
        return name, qualifier

    def _qualified(self, call: Call) -> tuple[str, str]:
        """Return name and qualifier of an existing version or alias."""
        name, qualifier = reference(call, self._registry.region)
        if qualifier in ("", "$LATEST"):
            raise invalid(
                "Provisioned Concurrency Configs cannot be applied to unpublished function "
                "versions."
            )
        if not is_version(qualifier):
            self._registry.alias(name, qualifier)
        elif qualifier not in self._registry.entry(name, qualifier).versions:
            raise missing(f"Function not found: {self._registry.arn(name, qualifier)}")
        return name, qualifier

    def _shown(self, name: str, qualifier: str) -> dict[str, Any]:
        state = self._provisioning.state(name, qualifier)
        shown: dict[str, Any] = {
            "RequestedProvisionedConcurrentExecutions": state.requested,
            "AvailableProvisionedConcurrentExecutions": state.available,
            "AllocatedProvisionedConcurrentExecutions": state.available,
            "Status": state.status,
            "LastModified": iso8601(state.since)[:-1] + "+0000",
        }
        return {**shown, "StatusReason": state.reason} if state.reason else shown
