"""The event-source-mapping operations of the Lambda API; the control plane never sees one."""

from __future__ import annotations

import asyncio
import re
import uuid
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import unquote

import orjson

from harness.aws import ACCOUNT
from harness.call import Call, Handler, Reply
from harness.clock import Clock
from harness.errors import AwsError
from harness.journal import Journal
from harness.services.event_source_mapping.mapping import Mapping, State
from harness.services.event_source_mapping.page import page
from harness.services.event_source_mapping.poller import Machine, Poller
from harness.services.event_source_mapping.settings import (
    USER,
    Settings,
    changed,
    constraint,
    invalid,
    malformed,
)
from harness.services.event_source_mapping.source import Source, is_gone
from harness.services.event_source_mapping.source_arn import queue_arn
from harness.services.event_source_mapping.visibility import too_short
from harness.services.lambda_.function import Functions, parse_reference
from harness.services.sqs import Queues

# Of whatever version: the control plane would take every one of them for its own.
_PATH = re.compile(r"/+[^/]+/+event-source-mappings(/|$)")
_BUSY = (State.DISABLING, State.DELETING)


class EventSourceMappings:
    """Owns the mappings and runs a poller for each that is enabled.

    wall: the clock that visibility time-outs go by.
    """

    name = "event_source_mapping"

    def __init__(
        self,
        door: Handler,
        functions: Functions,
        queues: Queues,
        journal: Journal,
        clock: Clock,
        wall: Clock,
        region: str,
        machine: Machine,
    ) -> None:
        self._door = door
        self._functions = functions
        self._queues = queues
        self._journal = journal
        self._clock = clock
        self._wall = wall
        self._region = region
        self._machine = machine
        self._mappings: dict[str, Mapping] = {}
        self._pollers: dict[str, tuple[Poller, asyncio.Task[None]]] = {}
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
        for poller, _ in self._pollers.values():
            poller.wake()

    def summary(self) -> list[dict[str, Any]]:
        """Return what `status` shows of each mapping."""
        return [
            {
                "uuid": mapping.uuid,
                "queue": mapping.queue_arn.rpartition(":")[2],
                "function": mapping.function,
                "state": mapping.state,
                "running": self._pollers[uuid][0].running if uuid in self._pollers else 0,
                "problem": mapping.problem,
            }
            for uuid, mapping in self._mappings.items()
        ]

    async def close(self) -> None:
        tasks = [task for _, task in self._pollers.values()]
        for poller, task in self._pollers.values():
            poller.abandon()
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _create(self, call: Call) -> Reply:
        request = await _request(call)
        arn = queue_arn(request)
        settings = changed(Settings(), request, fifo=arn.endswith(".fifo"))
        enabled = _boolean(request, "Enabled", default=True)
        function = _reference(request)
        await self._check(arn, function)
        self._refuse_duplicate(arn, function)
        identifier = str(uuid.uuid4())
        mapping = Mapping(
            uuid=identifier,
            arn=f"arn:aws:lambda:{self._region}:{ACCOUNT}:event-source-mapping:{identifier}",
            queue_arn=arn,
            function=function,
            function_arn=self._arn(function),
            settings=settings,
            state=State.DISABLED,
            modified=self._clock.now(),
        )
        self._mappings[identifier] = mapping
        if enabled:
            self._start(mapping)
        return _answer(call, 202, {**mapping.describe(), "State": State.CREATING})

    async def _get(self, call: Call) -> Reply:
        return _answer(call, 200, self._named(call).describe())

    async def _list(self, call: Call) -> Reply:
        parameters = call.parameters()
        arn, name = parameters.get("EventSourceArn"), parameters.get("FunctionName")
        function_arn = self._arn(_reference(parameters)) if name else None
        found = [
            mapping.describe()
            for mapping in self._mappings.values()
            if arn in (None, mapping.queue_arn) and function_arn in (None, mapping.function_arn)
        ]
        return _answer(call, 200, page(found, parameters))

    async def _update(self, call: Call) -> Reply:
        mapping = self._free(call, "update")
        request = await _request(call)
        settings = changed(mapping.settings, request, fifo=mapping.fifo)
        enabled = _boolean(request, "Enabled", default=mapping.state is State.ENABLED)
        function = _reference(request) if request.get("FunctionName") else mapping.function
        await self._check(mapping.queue_arn, function)
        mapping.settings, mapping.function = settings, function
        mapping.function_arn = self._arn(function)
        mapping.modified = self._clock.now()
        state = self._switch(mapping, enabled=enabled)
        return _answer(call, 202, {**mapping.describe(), "State": state})

    async def _delete(self, call: Call) -> Reply:
        mapping = self._free(call, "delete")
        mapping.state = State.DELETING
        answer = _answer(call, 202, mapping.describe())
        if mapping.uuid in self._pollers:
            self._pollers[mapping.uuid][0].stop()
        else:
            del self._mappings[mapping.uuid]
        return answer

    def _switch(self, mapping: Mapping, *, enabled: bool) -> State:
        """Start or stop the poller as asked; return the state on the way there."""
        if mapping.uuid in self._pollers:
            poller, _ = self._pollers[mapping.uuid]
            if enabled:
                poller.wake()
                return State.UPDATING
            mapping.state = State.DISABLING
            poller.stop()
            return State.DISABLING
        if enabled:
            self._start(mapping)
            return State.ENABLING
        return State.UPDATING

    def _start(self, mapping: Mapping) -> None:
        source = Source(self._door, mapping.queue_arn, self._queues)
        poller = Poller(
            mapping,
            source,
            self._functions,
            self._door,
            self._journal,
            self._clock,
            self._wall,
            self._machine,
        )
        mapping.state, mapping.problem = State.ENABLED, ""
        self._pollers[mapping.uuid] = (poller, asyncio.ensure_future(self._poll(mapping, poller)))

    async def _poll(self, mapping: Mapping, poller: Poller) -> None:
        """Run a poller to its end: stopped, or without its queue or function."""
        try:
            await poller.run()
        except AwsError as error:
            mapping.problem = f"PROBLEM: {error.message}"
            self._journal.record("mapping.disabled", uuid=mapping.uuid, reason=str(error))
        finally:
            del self._pollers[mapping.uuid]
        if mapping.state is State.DELETING:
            del self._mappings[mapping.uuid]
        mapping.state = State.DISABLED

    async def _check(self, arn: str, function: str) -> None:
        """Raise AWS's refusal of a queue that is missing or hides its messages too shortly."""
        timeout_s = (await self._functions.get(function)).timeout_s
        source = Source(self._door, arn, self._queues)
        source.news.attributes = None
        try:
            attributes = await source.attributes()
        except AwsError as error:
            if is_gone(error):
                raise invalid(_NO_QUEUE) from None
            raise
        if refusal := too_short(int(attributes["VisibilityTimeout"]), timeout_s):
            raise refusal

    def _refuse_duplicate(self, arn: str, function: str) -> None:
        for mapping in self._mappings.values():
            if (mapping.queue_arn, mapping.function_arn) == (arn, self._arn(function)):
                message = (
                    f'An event source mapping with SQS arn (" {arn} ") and function '
                    f'(" {function} ") already exists. Please update or delete the existing '
                    f"mapping with UUID {mapping.uuid}"
                )
                raise AwsError("ResourceConflictException", message, 409, USER)

    def _named(self, call: Call) -> Mapping:
        mapping = self._mappings.get(unquote(call.path.rstrip("/").rpartition("/")[2]))
        if mapping is None:
            message = "The resource you requested does not exist."
            raise AwsError("ResourceNotFoundException", message, 404, USER)
        return mapping

    def _free(self, call: Call, verb: str) -> Mapping:
        mapping = self._named(call)
        if mapping.state in _BUSY:
            message = f"Cannot {verb} the event source mapping because it is in use."
            raise AwsError("ResourceInUseException", message, 400, USER)
        return mapping

    def _arn(self, function: str) -> str:
        return f"arn:aws:lambda:{self._region}:{ACCOUNT}:function:{function}"


_NO_QUEUE = (
    "Error occurred while ReceiveMessage. SQS Error Code: "
    "AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: "
    "The specified queue does not exist."
)


def _reference(request: Any) -> str:
    """Return the function a request names as `name` or `name:qualifier`."""
    given = request.get("FunctionName")
    if given is None:
        raise constraint(None, "functionName", "not be null")
    if not isinstance(given, str):
        raise malformed("FunctionName is not a string")
    name, qualifier = parse_reference(given)
    return f"{name}:{qualifier}" if qualifier else name


def _boolean(request: dict[str, Any], name: str, *, default: bool) -> bool:
    value = request.get(name)
    if value is None:
        return default
    if not isinstance(value, bool):
        raise malformed(f"{name} is not a Boolean")
    return value


async def _request(call: Call) -> dict[str, Any]:
    try:
        request = orjson.loads(await call.body.read() or b"{}")
    except orjson.JSONDecodeError as error:
        raise malformed(f"the request is not JSON: {error}") from None
    if not isinstance(request, dict):
        raise malformed("the request is not a structure")
    return request


def _answer(call: Call, status: int, content: dict[str, Any]) -> Reply:
    headers = [("content-type", "application/json"), ("x-amzn-requestid", call.id)]
    return Reply(status, headers, orjson.dumps(content))
