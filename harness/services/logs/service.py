"""CloudWatch Logs at the endpoint: events, streams and metric filters are ours, groups moto's."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import orjson

from harness.aws import ACCOUNT
from harness.call import Bytes, Call, Handler, Reply
from harness.clock import Clock
from harness.errors import AwsError
from harness.journal import Journal
from harness.protocols import model
from harness.protocols.codec import Exchange, exchange, read_body
from harness.services.cloudwatch.store import MetricStore
from harness.services.logs.delivery import LogDelivery
from harness.services.logs.events import LogEvents, Stream
from harness.services.logs.groups import Groups
from harness.services.logs.ingestion import Ingestion
from harness.services.logs.metric_filters import MetricFilters
from harness.services.logs.page import page
from harness.services.logs.patterns.pattern import compile_pattern
from harness.services.logs.reading import filter_log_events, get_log_events
from harness.services.logs.writing import accepted

Request = Mapping[str, Any]
Operation = Callable[[Request], Awaitable[dict[str, Any]]]

# What would work on events that moto does not have.
_REFUSED = re.compile(
    r"(Start|Stop|Describe)Quer(y|ies)|GetQueryResults|GetLog(Record|Fields|GroupFields|Object)|"
    r"StartLiveTail|PutSubscriptionFilter|(Create|Cancel)ExportTask|.*ScheduledQuer.*|"
    r".*Anomal.*|.*Transformer.*|PutDataProtectionPolicy|PutAccountPolicy"
)
_GROUP_ARN = re.compile(r"arn:aws[\w-]*:logs:[\w-]*:\d*:log-group:([^:*]+)(?::\*)?")


class Logs:
    """Claims every call of CloudWatch Logs; `delivery` takes what functions write."""

    name = "logs"

    def __init__(
        self,
        control_plane: Handler,
        journal: Journal,
        clock: Clock,
        region: str,
        file: Path,
        store: MetricStore,
    ) -> None:
        self._control_plane = control_plane
        self._clock = clock
        self._region = region
        self._events = LogEvents(file)
        self._groups = Groups(control_plane, region)
        self._filters = MetricFilters()
        self._ingestion = Ingestion(store, self._filters, clock)
        self.delivery = LogDelivery(self._groups, self._events, self._ingestion, journal, clock)
        self._operations: dict[str, Operation] = {
            "CreateLogStream": self._create_stream,
            "DeleteLogStream": self._delete_stream,
            "DeleteMetricFilter": self._delete_filter,
            "DescribeLogStreams": self._describe_streams,
            "DescribeMetricFilters": self._describe_filters,
            "FilterLogEvents": self._filter,
            "GetLogEvents": self._get,
            "PutLogEvents": self._put,
            "PutMetricFilter": self._put_filter,
            "TestMetricFilter": self._test_filter,
        }

    def claims(self, call: Call) -> bool:
        unsigned = not call.service and call.header("x-amz-target").startswith("Logs_20140328.")
        return call.service == "logs" or unsigned

    async def handle(self, call: Call) -> Reply:
        body = await read_body(call)
        described = await asyncio.to_thread(model.load, "logs")
        asked = exchange(described, call, body)
        try:
            return await self._answer(asked, call)
        except AwsError as error:
            return asked.error(error)

    async def close(self) -> None:
        await self.delivery.close()
        await self._events.close()

    async def _answer(self, asked: Exchange, call: Call) -> Reply:
        operation = asked.operation
        if operation not in asked.model.operations:
            raise AwsError("UnknownOperationException", f"There is no operation {operation}")
        if _REFUSED.fullmatch(operation):
            message = f"logs:{operation} is not emulated here (docs/services/logs.md)"
            raise AwsError("NotImplemented", message, 501)
        if operation not in self._operations:
            return await self._pass_on(asked, call)
        request = asked.request()
        await self.delivery.flush()
        return asked.reply(await self._operations[operation](request))

    async def _pass_on(self, asked: Exchange, call: Call) -> Reply:
        """Let moto answer, and follow what it means for events."""
        call.body = Bytes(asked.body)
        reply = await self._control_plane(call)
        if asked.operation == "DeleteLogGroup" and reply.status < 300:
            group = _group(asked.request())
            self._groups.forget(group)
            self._filters.forget(group)
            await self._events.delete_group(group)
        if asked.operation == "DescribeLogGroups" and reply.status < 300:
            return await self._with_sizes(reply)
        return reply

    async def _with_sizes(self, reply: Reply) -> Reply:
        answer = orjson.loads(await reply.read())
        await self.delivery.flush()
        names = [group["logGroupName"] for group in answer["logGroups"]]
        sizes = await self._events.stored_bytes(names)
        for group in answer["logGroups"]:
            group["storedBytes"] = sizes[group["logGroupName"]]
            group["metricFilterCount"] = len(self._filters.of(group["logGroupName"]))
        headers = [header for header in reply.headers if header[0].lower() != "content-length"]
        return Reply(reply.status, headers, orjson.dumps(answer))

    def _now_ms(self) -> int:
        return int(self._clock.now() * 1000)

    async def _required(self, request: Request, stream: str = "") -> str:
        """Return the name of the group asked for; it and its stream have to exist."""
        group = await self._groups.require(_group(request))
        if stream and not await self._events.has_stream(group, stream):
            message = "The specified log stream does not exist."
            raise AwsError("ResourceNotFoundException", message)
        return group

    async def _create_stream(self, request: Request) -> dict[str, Any]:
        group = await self._required(request)
        if not await self._events.create_stream(group, request["logStreamName"], self._now_ms()):
            message = "The specified log stream already exists"
            raise AwsError("ResourceAlreadyExistsException", message)
        return {}

    async def _delete_stream(self, request: Request) -> dict[str, Any]:
        group = await self._required(request, request["logStreamName"])
        await self._events.delete_stream(group, request["logStreamName"])
        return {}

    async def _describe_streams(self, request: Request) -> dict[str, Any]:
        by_time = request.get("orderBy") == "LastEventTime"
        prefix = request.get("logStreamNamePrefix", "")
        if by_time and prefix:
            message = "Cannot order by LastEventTime with a logStreamNamePrefix."
            raise AwsError("InvalidParameterException", message)
        group = await self._required(request)
        found = [one for one in await self._events.streams(group) if one.name.startswith(prefix)]
        found.sort(key=lambda one: one.name)
        if by_time:
            found.sort(key=lambda one: one.last or 0)
        if request.get("descending"):
            found.reverse()
        shown, token = page(found, request.get("nextToken"), request.get("limit", 50))
        described = [_described(stream, group, self._region) for stream in shown]
        return {"logStreams": described, "nextToken": token}

    async def _put(self, request: Request) -> dict[str, Any]:
        stream = request["logStreamName"]
        group = await self._required(request, stream)
        events, rejected = accepted(request["logEvents"], self._now_ms())
        if events:
            self._ingestion.accept(group, events)
            await self._events.write([(group, stream, events)], self._now_ms())
        answer: dict[str, Any] = {"nextSequenceToken": f"{self._now_ms():056d}"}
        return {**answer, "rejectedLogEventsInfo": rejected} if rejected else answer

    async def _get(self, request: Request) -> dict[str, Any]:
        group = await self._required(request, request["logStreamName"])
        return await get_log_events(request, group, self._events)

    async def _filter(self, request: Request) -> dict[str, Any]:
        return await filter_log_events(request, await self._required(request), self._events)

    async def _put_filter(self, request: Request) -> dict[str, Any]:
        await self._required(request)
        self._filters.put(request, self._now_ms())
        return {}

    async def _delete_filter(self, request: Request) -> dict[str, Any]:
        self._filters.delete(await self._required(request), request["filterName"])
        return {}

    async def _describe_filters(self, request: Request) -> dict[str, Any]:
        if "logGroupName" in request:
            await self._required(request)
        return self._filters.describe(request)

    async def _test_filter(self, request: Request) -> dict[str, Any]:
        match = compile_pattern(request["filterPattern"])
        found = [
            {"eventNumber": number, "eventMessage": message, "extractedValues": values}
            for number, message in enumerate(request["logEventMessages"], start=1)
            if (values := match(message)) is not None
        ]
        return {"matches": found}


def _group(request: Request) -> str:
    """Return the name of the group a request is about, which may be given by its ARN."""
    given: str = request.get("logGroupName") or request.get("logGroupIdentifier", "")
    if not given:
        message = "Exactly one of LogGroupName and LogGroupIdentifier must be specified"
        raise AwsError("InvalidParameterException", message)
    found = _GROUP_ARN.fullmatch(given)
    return found[1] if found else given


def _described(stream: Stream, group: str, region: str) -> dict[str, Any]:
    arn = f"arn:aws:logs:{region}:{ACCOUNT}:log-group:{group}:log-stream:{stream.name}"
    return {
        "logStreamName": stream.name,
        "creationTime": stream.created,
        "firstEventTimestamp": stream.first,
        "lastEventTimestamp": stream.last,
        "lastIngestionTime": stream.ingested,
        "uploadSequenceToken": None if stream.ingested is None else f"{stream.ingested:056d}",
        "arn": arn,
        "storedBytes": 0,
    }
