"""Aliases: names for versions, with weights when two of them share the invocations."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

from harness.call import Call, Reply
from harness.services.lambda_.configuration.constraints import (
    ALIAS,
    CREATE_ALIAS,
    UPDATE_ALIAS,
)
from harness.services.lambda_.configuration.registry import Alias, Registry
from harness.services.lambda_.configuration.request import answer, asked, page
from harness.services.lambda_.reference import unqualified
from harness.services.lambda_.refusal import conflict, invalid, outdated_revision, violated

Operation = Callable[[Call], Awaitable[Reply]]


class AliasOperations:
    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self.operations: Mapping[str, Operation] = {
            "CreateAlias": self._create,
            "UpdateAlias": self._update,
            "GetAlias": self._get,
            "DeleteAlias": self._delete,
            "ListAliases": self._list,
        }

    async def _create(self, call: Call) -> Reply:
        name = unqualified(call, self._registry.region)
        request = await asked(call, CREATE_ALIAS)
        entry = self._registry.entry(name)
        alias = request["Name"]
        if alias in entry.aliases:
            raise conflict(f"Alias already exists: {self._registry.arn(name, alias)}")
        blank = Alias(alias, request["FunctionVersion"], "", {}, "")
        return self._stored(201, name, _with(blank, request))

    async def _update(self, call: Call) -> Reply:
        name, current = self._named(call)
        request = await asked(call, UPDATE_ALIAS)
        if request.get("RevisionId", current.revision) != current.revision:
            raise outdated_revision()
        return self._stored(200, name, _with(current, request))

    def _stored(self, status: int, name: str, alias: Alias) -> Reply:
        for version in (alias.version, *alias.weights):
            self._registry.version(name, version)
        _check_routing(alias)
        self._registry.entry(name).aliases[alias.name] = alias
        return answer(status, self._shown(name, alias))

    async def _get(self, call: Call) -> Reply:
        return answer(200, self._shown(*self._named(call)))

    async def _delete(self, call: Call) -> Reply:
        name = unqualified(call, self._registry.region)
        self._registry.delete_alias(name, _alias_name(call))
        return answer(204)

    async def _list(self, call: Call) -> Reply:
        name = unqualified(call, self._registry.region)
        wanted = call.parameters().get("FunctionVersion")
        aliases = [
            self._shown(name, alias)
            for _, alias in sorted(self._registry.entry(name).aliases.items())
            if wanted in (None, alias.version)
        ]
        return page(call, "Aliases", aliases)

    def _named(self, call: Call) -> tuple[str, Alias]:
        name = unqualified(call, self._registry.region)
        return name, self._registry.alias(name, _alias_name(call))

    def _shown(self, name: str, alias: Alias) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "AliasArn": self._registry.arn(name, alias.name),
            "Name": alias.name,
            "FunctionVersion": alias.version,
            "Description": alias.description,
            "RevisionId": alias.revision,
        }
        if alias.weights:
            shown["RoutingConfig"] = {"AdditionalVersionWeights": alias.weights}
        return shown


def _alias_name(call: Call) -> str:
    alias = unquote(call.path.rstrip("/").rsplit("/", 1)[-1])
    if broken := ALIAS.violations(alias, "name"):
        raise violated(*broken)
    return alias


def _with(alias: Alias, request: Mapping[str, Any]) -> Alias:
    """Return `alias` as `request` wants it, as a new revision."""
    routing = request.get("RoutingConfig")
    weights = alias.weights if routing is None else routing.get("AdditionalVersionWeights") or {}
    return replace(
        alias,
        version=request.get("FunctionVersion", alias.version),
        description=request.get("Description", alias.description),
        weights=weights,
        revision=str(uuid4()),
    )


def _check_routing(alias: Alias) -> None:
    if not alias.weights:
        return
    if len(alias.weights) > 1:
        raise invalid("Number of items in AdditionalVersionWeights cannot be greater than 1")
    if alias.version == "$LATEST":
        raise invalid("$LATEST is not supported for an alias pointing to more than 1 version")
    if alias.version in alias.weights:
        raise invalid(
            f"Invalid function version {alias.version}. Function version {alias.version} is "
            "already included in routing configuration."
        )
