"""Functions: create, change, read, list and delete (aws-behaviour §1.6, §1.8)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import orjson

from harness.aws import json_answer, rest_call
from harness.call import Call, Handler, Reply
from harness.clock import Clock
from harness.services.lambda_.code import CodeStore, Kept
from harness.services.lambda_.configuration.constraints import (
    CREATE,
    NAME,
    UPDATE_CODE,
    UPDATE_CONFIGURATION,
)
from harness.services.lambda_.configuration.network import with_network
from harness.services.lambda_.configuration.registry import Entry, Registry, Version
from harness.services.lambda_.configuration.request import answer, asked, page
from harness.services.lambda_.configuration.rules import check_package, check_settings
from harness.services.lambda_.configuration.settings import (
    changed,
    initial,
    on_creation,
    on_update,
)
from harness.services.lambda_.configuration.versions import current, publish
from harness.services.lambda_.dead_letters import check_dead_letters
from harness.services.lambda_.reference import parse_reference, reference, unqualified
from harness.services.lambda_.refusal import conflict, invalid, violated

Operation = Callable[[Call], Awaitable[Reply]]


class FunctionOperations:
    """`control_plane` learns which functions exist and checks their roles."""

    def __init__(
        self, registry: Registry, code: CodeStore, control_plane: Handler, clock: Clock
    ) -> None:
        self._registry = registry
        self._code = code
        self._control_plane = control_plane
        self._clock = clock
        self._changing: set[str] = set()
        self.operations: Mapping[str, Operation] = {
            "CreateFunction": self._create,
            "UpdateFunctionCode": self._update_code,
            "UpdateFunctionConfiguration": self._update_configuration,
            "GetFunction": self._get,
            "GetFunctionConfiguration": self._get_configuration,
            "ListFunctions": self._list,
            "DeleteFunction": self._delete,
        }

    async def _create(self, call: Call) -> Reply:
        request = await asked(call, CREATE)
        name, _ = parse_reference(request["FunctionName"])
        if broken := NAME.violations(name, "functionName"):
            raise violated(*broken)
        check_package(request)
        self._check(request)
        check_dead_letters(request)
        if name in self._registry.entries:
            raise conflict(f"Function already exist: {name}")
        pending = initial(request, name, self._registry.arn(name), self._clock.now())
        entry = Entry(Version(on_creation(pending), {}), tags=request.get("Tags", {}))
        self._registry.entries[name] = entry
        try:
            with self._alone(name):
                entry.latest = await self._made(name, request)
        except BaseException:
            del self._registry.entries[name]
            raise
        if request.get("Publish"):
            return answer(
                201, on_creation(publish(self._registry, name, self._clock.now()).configuration)
            )
        return answer(201, on_creation(entry.latest.configuration))

    def _check(self, request: Mapping[str, Any]) -> None:
        """Raise `AwsError` for settings that AWS refuses, and for those that are not emulated."""
        check_settings(request)
        self._code.check(request.get("ImageConfig") or {})

    async def _made(self, name: str, request: Mapping[str, Any]) -> Version:
        request = await with_network(self._control_plane, self._registry.region, request)
        kept = await self._code.keep(request["Code"])
        await self._tell(name, request)
        made = initial(request, name, self._registry.arn(name), self._clock.now())
        return Version({**made, **_reported(kept)}, self._shown(kept))

    @contextmanager
    def _alone(self, name: str) -> Iterator[None]:
        """Refuse a second change while one is going on, as AWS does."""
        if name in self._changing:
            raise conflict(
                "The operation cannot be performed at this time. An update is in progress for "
                f"resource: {self._registry.arn(name)}"
            )
        self._changing.add(name)
        try:
            yield
        finally:
            self._changing.discard(name)

    async def _tell(self, name: str, request: Mapping[str, Any]) -> None:
        """Create the function in the control plane too; the code is of no use there."""
        known = {
            "FunctionName": name,
            "Role": request["Role"],
            "Runtime": request.get("Runtime", "python3.12"),
            "Handler": request.get("Handler", "-"),
            "Code": {"ZipFile": ""},
            "Tags": request.get("Tags", {}),
        }
        await self._ask("CreateFunction", "POST", "/2015-03-31/functions", orjson.dumps(known))

    async def _ask(self, operation: str, method: str, path: str, body: bytes = b"") -> None:
        region = self._registry.region
        call = rest_call("lambda", region, operation, method, path, body=body)
        await json_answer(self._control_plane, call)

    async def _update_code(self, call: Call) -> Reply:
        name = unqualified(call, self._registry.region)
        request = await asked(call, UPDATE_CODE)
        latest = current(self._registry, name, request)
        image = latest.configuration["PackageType"] == "Image"
        if image != ("ImageUri" in request):
            kind = latest.configuration["PackageType"]
            wanted = "ImageUri" if image else "ZipFile or S3Bucket and S3Key"
            raise invalid(
                f"Please provide {wanted} when updating a function with packageType {kind}."
            )
        with self._alone(name):
            kept = await self._code.keep(request)
        architectures = {"Architectures": request.get("Architectures")}
        changes = changed(latest.configuration, architectures, self._clock.now())
        configuration = {**changes, **_reported(kept)}
        if request.get("DryRun"):
            return answer(200, configuration)
        return self._changed(name, Version(configuration, self._shown(kept)), request)

    async def _update_configuration(self, call: Call) -> Reply:
        name = unqualified(call, self._registry.region)
        request = await asked(call, UPDATE_CONFIGURATION)
        latest = current(self._registry, name, request)
        self._check(request)
        check_dead_letters(request)
        with self._alone(name):
            change = await with_network(self._control_plane, self._registry.region, request)
        configuration = changed(latest.configuration, change, self._clock.now())
        return self._changed(name, Version(configuration, latest.code), request)

    def _changed(self, name: str, version: Version, request: Mapping[str, Any]) -> Reply:
        self._registry.entry(name).latest = version
        if request.get("Publish"):
            return answer(
                200, on_update(publish(self._registry, name, self._clock.now()).configuration)
            )
        return answer(200, on_update(version.configuration))

    async def _get(self, call: Call) -> Reply:
        name, qualifier = reference(call, self._registry.region)
        version, entry = self._registry.version(name, qualifier), self._registry.entry(name)
        content: dict[str, Any] = {
            "Configuration": self._registry.configuration(name, qualifier),
            "Code": version.code,
        }
        if entry.tags:
            content["Tags"] = entry.tags
        if entry.reserved is not None:
            content["Concurrency"] = {"ReservedConcurrentExecutions": entry.reserved}
        return answer(200, content)

    async def _get_configuration(self, call: Call) -> Reply:
        name, qualifier = reference(call, self._registry.region)
        return answer(200, self._registry.configuration(name, qualifier))

    async def _list(self, call: Call) -> Reply:
        every = call.parameters().get("FunctionVersion") == "ALL"
        configurations = [
            version.configuration
            for _, entry in sorted(self._registry.entries.items())
            for version in (entry.latest, *(entry.versions.values() if every else ()))
        ]
        return page(call, "Functions", configurations)

    async def _delete(self, call: Call) -> Reply:
        name, qualifier = reference(call, self._registry.region)
        entry = self._registry.entry(name, qualifier)
        if qualifier:
            if qualifier in entry.aliases:
                message = "Deletion of functions by alias is not supported; delete the alias"
                raise invalid(message)
            self._registry.delete_version(name, qualifier)
            return answer(204)
        await self._ask("DeleteFunction", "DELETE", f"/2015-03-31/functions/{name}")
        self._registry.entries.pop(name, None)
        return answer(204)

    def _shown(self, kept: Kept) -> dict[str, Any]:
        """Return the member `Code` of GetFunction."""
        if not kept.image_uri:
            return {"RepositoryType": "S3", "Location": self._code.location(kept)}
        repository = kept.image_uri.partition("@")[0].rpartition(":")[0] or kept.image_uri
        resolved = f"{repository}@sha256:{kept.sha256}"
        return {"RepositoryType": "ECR", "ImageUri": kept.image_uri, "ResolvedImageUri": resolved}


def _reported(kept: Kept) -> dict[str, Any]:
    """Return what a configuration says of the code."""
    return {"CodeSha256": kept.sha256, "CodeSize": kept.size}
