"""Versions: what $LATEST was when it was published."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from harness.call import Call, Reply
from harness.clock import Clock
from harness.services.lambda_.configuration.constraints import PUBLISH
from harness.services.lambda_.configuration.registry import Registry, Version
from harness.services.lambda_.configuration.request import answer, asked, page
from harness.services.lambda_.configuration.settings import published
from harness.services.lambda_.reference import unqualified
from harness.services.lambda_.refusal import invalid, outdated_revision

Operation = Callable[[Call], Awaitable[Reply]]


class VersionOperations:
    def __init__(self, registry: Registry, clock: Clock) -> None:
        self._registry = registry
        self._clock = clock
        self.operations: Mapping[str, Operation] = {
            "PublishVersion": self._publish,
            "ListVersionsByFunction": self._list,
        }

    async def _publish(self, call: Call) -> Reply:
        name = unqualified(call, self._registry.region)
        request = await asked(call, PUBLISH)
        found = current(self._registry, name, request).configuration["CodeSha256"]
        wanted = request.get("CodeSha256") or found
        if wanted != found:
            raise invalid(
                f"CodeSHA256 ({wanted}) is different from current CodeSHA256 in $LATEST ({found}). "
                "Please try again with the CodeSHA256 in $LATEST."
            )
        description = request.get("Description")
        made = publish(self._registry, name, self._clock.now(), description)
        return answer(201, made.configuration)

    async def _list(self, call: Call) -> Reply:
        name = unqualified(call, self._registry.region)
        entry = self._registry.entry(name)
        latest = self._registry.configuration(name, "$LATEST")
        versions = [version.configuration for version in entry.versions.values()]
        return page(call, "Versions", [latest, *versions])


def current(registry: Registry, name: str, request: Mapping[str, Any]) -> Version:
    """Return $LATEST; refused (412) when `request` expects another revision of it."""
    latest = registry.entry(name).latest
    revision = latest.configuration["RevisionId"]
    if request.get("RevisionId", revision) != revision:
        raise outdated_revision()
    return latest


def publish(registry: Registry, name: str, now: float, description: str | None = None) -> Version:
    """Return the version made from $LATEST: the last one again when nothing has changed."""
    entry = registry.entry(name)
    revision = entry.latest.configuration["RevisionId"]
    last = entry.versions.get(str(entry.last_version))
    if last is not None and entry.published == revision:
        return last
    number = str(entry.last_version + 1)
    configuration = published(entry.latest.configuration, number, description, now)
    version = Version(configuration, entry.latest.code)
    registry.publish(name, version, revision)
    return version
