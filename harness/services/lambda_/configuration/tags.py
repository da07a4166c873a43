"""Tags of functions; those of other resources are the control plane's."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import parse_qsl, unquote

from harness.call import Bytes, Call, Handler, Reply
from harness.services.lambda_.configuration.constraints import TAG, TAGGED
from harness.services.lambda_.configuration.registry import Entry, Registry
from harness.services.lambda_.configuration.request import answer, asked, buffered
from harness.services.lambda_.reference import parse_reference
from harness.services.lambda_.refusal import invalid, violated

Operation = Callable[[Call], Awaitable[Reply]]
_LIMIT = 50


class TagOperations:
    def __init__(self, registry: Registry, control_plane: Handler) -> None:
        self._registry = registry
        self._control_plane = control_plane
        self.operations: Mapping[str, Operation] = {
            "ListTags": self._list,
            "TagResource": self._tag,
            "UntagResource": self._untag,
        }

    async def _list(self, call: Call) -> Reply:
        entry = self._entry(call)
        if entry is None:
            return await self._control_plane(call)
        return answer(200, {"Tags": entry.tags})

    async def _tag(self, call: Call) -> Reply:
        entry = self._entry(call)
        if entry is None:
            return await self._control_plane(call)
        body = await buffered(call)
        tags = {**entry.tags, **(await asked(call, TAG))["Tags"]}
        if len(tags) > _LIMIT:
            raise invalid(f"A function can have at most {_LIMIT} tags.")
        entry.tags = tags
        call.body = Bytes(body)
        await self._control_plane(call)  # its tagging API lists functions too
        return answer(204)

    async def _untag(self, call: Call) -> Reply:
        entry = self._entry(call)
        if entry is None:
            return await self._control_plane(call)
        gone = {value for name, value in parse_qsl(call.query) if name == "tagKeys"}
        if not gone:
            raise invalid("tagKeys must be given")
        entry.tags = {key: value for key, value in entry.tags.items() if key not in gone}
        await self._control_plane(call)
        return answer(204)

    def _entry(self, call: Call) -> Entry | None:
        """Return the function whose ARN the path ends with; None for another kind of resource."""
        arn = unquote(call.path.split("/", 3)[-1])
        if broken := TAGGED.violations(arn, "resource"):
            raise violated(*broken)
        if ":function:" not in arn:
            return None
        name, qualifier = parse_reference(arn)
        if qualifier:
            raise invalid(
                "Tags on function aliases and versions are not supported. Please specify a "
                "function ARN."
            )
        return self._registry.entry(name)
