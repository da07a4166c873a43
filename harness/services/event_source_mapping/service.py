"""The event-source-mapping operations of the Lambda API; the control plane never sees one."""

from __future__ import annotations

import re
import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import unquote

import orjson

from harness.aws import ACCOUNT
from harness.call import Call, Reply
from harness.errors import AwsError
from harness.services.event_source_mapping import request as asked
from harness.services.event_source_mapping.findings import findings
from harness.services.event_source_mapping.mapping import EventSourceMapping, State
from harness.services.event_source_mapping.page import page
from harness.services.event_source_mapping.pollers import Pollers
from harness.services.event_source_mapping.settings import USER, Settings, changed, invalid
from harness.services.event_source_mapping.source import Source, is_gone
from harness.services.event_source_mapping.source_arn import queue_arn
from harness.services.event_source_mapping.surroundings import Surroundings
from harness.services.event_source_mapping.visibility import too_short
from harness.services.sqs import name_of

# Of whatever version: the control plane would take every one of them for its own.
_PATH = re.compile(r"/+[^/]+/+event-source-mappings(/|$)")
_NO_QUEUE = (
    "Error occurred while ReceiveMessage. SQS Error Code: "
    "AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: "
    "The specified queue does not exist."
)


class EventSourceMappings:
    """Owns the mappings; those that are enabled have a poller."""

    name = "event_source_mapping"

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._mappings: dict[str, EventSourceMapping] = {}
        self._pollers = Pollers(around)
        self._operations: dict[str, Callable[[Call], Awaitable[Reply]]] = {
            "CreateEventSourceMapping": self._create,
            "GetEventSourceMapping": self._get,
            "ListEventSourceMappings": self._list,
            "UpdateEventSourceMapping": self._update,
            "DeleteEventSourceMapping": self._delete,
        }

    def claims(self, call: Call) -> bool:
        return call.service == "lambda" and _PATH.match(unquote(call.path)) is not None

    async def handle(self, call: Call) -> Reply:
        if call.operation not in self._operations:
            raise AwsError("UnknownOperationException", "", 404)
        return await self._operations[call.operation](call)

    def function_deleted(self) -> None:
        """Let every poller look whether its function is still there."""
        self._pollers.wake_all()

    def summary(self) -> list[dict[str, Any]]:
        """Return what `status` shows of each mapping."""
        return [
            {
                "uuid": mapping.uuid,
                "queue": name_of(mapping.queue_arn),
                "function": mapping.function,
                "state": mapping.state,
                "running": self._pollers.running(mapping),
                "problem": mapping.problem,
            }
            for mapping in self._present()
        ]

    def findings(self, timeouts: Mapping[str, int]) -> list[str]:
        """Return what is wrong with the queues; timeouts: of the functions, by name."""
        found: list[str] = []
        for mapping in self._present():
            function = mapping.function.partition(":")[0]
            attributes = self._around.queues[name_of(mapping.queue_arn)].attributes
            if attributes is not None and function in timeouts:
                queue = name_of(mapping.queue_arn)
                found += findings(queue, attributes, function, timeouts[function])
        return found

    async def close(self) -> None:
        await self._pollers.close()

    async def _create(self, call: Call) -> Reply:
        request = await asked.content(call)
        arn = queue_arn(request)
        settings = changed(Settings(), request, fifo=arn.endswith(".fifo"))
        enabled = asked.enabled(request, default=True)
        function = asked.function(request)
        await self._check(arn, function)
        self._refuse_duplicate(arn, function)
        mapping = self._new(arn, function, settings)
        self._mappings[mapping.uuid] = mapping
        if enabled:
            self._pollers.start(mapping)
        return _answer(call, 202, {**mapping.describe(), "State": State.CREATING})

    def _new(self, queue: str, function: str, settings: Settings) -> EventSourceMapping:
        identifier = str(uuid.uuid4())
        return EventSourceMapping(
            uuid=identifier,
            arn=self._arn("event-source-mapping", identifier),
            queue_arn=queue,
            function=function,
            function_arn=self._arn("function", function),
            settings=settings,
            state=State.DISABLED,
            modified=self._around.clock.now(),
        )

    async def _get(self, call: Call) -> Reply:
        return _answer(call, 200, self._named(call).describe())

    async def _list(self, call: Call) -> Reply:
        parameters = call.parameters()
        queue, function_arn = parameters.get("EventSourceArn"), None
        if parameters.get("FunctionName"):
            function_arn = self._arn("function", asked.function(parameters))
        found = [
            mapping.describe()
            for mapping in self._present()
            if queue in (None, mapping.queue_arn) and function_arn in (None, mapping.function_arn)
        ]
        return _answer(call, 200, page(found, parameters))

    async def _update(self, call: Call) -> Reply:
        mapping = self._free(call, "update")
        request = await asked.content(call)
        settings = changed(mapping.settings, request, fifo=mapping.fifo)
        enabled = asked.enabled(request, default=mapping.state is State.ENABLED)
        named = request.get("FunctionName") is not None
        function = asked.function(request) if named else mapping.function
        await self._check(mapping.queue_arn, function)
        self._free(call, "update")  # it may have been deleted meanwhile
        self._refuse_duplicate(mapping.queue_arn, function, besides=mapping)
        mapping.settings, mapping.function = settings, function
        mapping.function_arn = self._arn("function", function)
        mapping.modified = self._around.clock.now()
        state = self._pollers.switch(mapping, enabled=enabled)
        return _answer(call, 202, {**mapping.describe(), "State": state})

    async def _delete(self, call: Call) -> Reply:
        mapping = self._free(call, "delete")
        state = self._pollers.stop(mapping, State.DELETING)
        if not self._pollers.polls(mapping):
            mapping.state = State.DELETED
        return _answer(call, 202, {**mapping.describe(), "State": state})

    async def _check(self, arn: str, function: str) -> None:
        """Raise AWS's refusal of a queue that is missing or hides its messages too shortly."""
        timeout_s = (await self._around.functions.get(function)).timeout_s
        source = Source(self._around.door, arn, self._around.queues)
        source.news.attributes = None
        try:
            attributes = await source.attributes()
        except AwsError as error:
            if is_gone(error):
                raise invalid(_NO_QUEUE) from None
            raise
        if refusal := too_short(int(attributes["VisibilityTimeout"]), timeout_s):
            raise refusal

    def _refuse_duplicate(
        self, queue: str, function: str, besides: EventSourceMapping | None = None
    ) -> None:
        for mapping in self._present():
            same = (mapping.queue_arn, mapping.function) == (queue, function)
            if same and mapping is not besides:
                message = (
                    f'An event source mapping with SQS arn (" {queue} ") and function '
                    f'(" {function} ") already exists. Please update or delete the existing '
                    f"mapping with UUID {mapping.uuid}"
                )
                raise AwsError("ResourceConflictException", message, 409, USER)

    def _present(self) -> list[EventSourceMapping]:
        """Return the mappings that exist; those whose deletion is complete are forgotten."""
        for mapping in list(self._mappings.values()):
            if mapping.state is State.DELETED:
                del self._mappings[mapping.uuid]
        return list(self._mappings.values())

    def _named(self, call: Call) -> EventSourceMapping:
        identifier = unquote(call.path.rstrip("/").rpartition("/")[2])
        for mapping in self._present():
            if mapping.uuid == identifier:
                return mapping
        message = "The resource you requested does not exist."
        raise AwsError("ResourceNotFoundException", message, 404, USER)

    def _free(self, call: Call, verb: str) -> EventSourceMapping:
        mapping = self._named(call)
        if mapping.state in (State.DISABLING, State.DELETING):
            message = f"Cannot {verb} the event source mapping because it is in use."
            raise AwsError("ResourceInUseException", message, 400, USER)
        return mapping

    def _arn(self, kind: str, name: str) -> str:
        return f"arn:aws:lambda:{self._around.region}:{ACCOUNT}:{kind}:{name}"


def _answer(call: Call, status: int, content: dict[str, Any]) -> Reply:
    headers = [("content-type", "application/json"), ("x-amzn-requestid", call.id)]
    return Reply(status, headers, orjson.dumps(content))
