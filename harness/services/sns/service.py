"""SNS at the endpoint: topics are the control plane's, functions that subscribed are called here.

moto would start a container for each. Its copy of such a subscription therefore has a filter that
no message passes, and the message is handed to Lambda's own queue instead, with the lineage of
whoever published it (aws-behaviour §3.7).
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode

import orjson

from harness.call import Bytes, Call, Handler, Reply
from harness.clock import Clock, iso8601
from harness.journal import Journal
from harness.senders import FAILURES, invoke
from harness.services.sns.message import (
    Message,
    Parameters,
    batch_prefixes,
    notification,
    published,
    published_ids,
)

_NOTHING_PASSES = '{"delivered-by-the-endpoint": ["only"]}'
_SHOWN = re.compile(
    rb"<entry>\s*<key>FilterPolicy</key>\s*<value>[^<]*delivered-by-the-endpoint[^<]*</value>\s*</entry>"
)
_SUBSCRIPTION = re.compile(rb"<SubscriptionArn>([^<]+)</SubscriptionArn>")
_FILTERS = ("FilterPolicy", "FilterPolicyScope")


class Sns:
    """Claims every call of SNS; only subscriptions of functions and publishing differ."""

    name = "sns"

    def __init__(
        self, door: Handler, control_plane: Handler, journal: Journal, clock: Clock, region: str
    ) -> None:
        self._door = door
        self._control_plane = control_plane
        self._journal = journal
        self._clock = clock
        self._region = region
        self._functions: dict[str, dict[str, str]] = {}
        self._operations: dict[str, Callable[[Call, Parameters], Awaitable[Reply]]] = {
            "Subscribe": self._subscribe,
            "Unsubscribe": self._unsubscribe,
            "SetSubscriptionAttributes": self._set_attributes,
            "GetSubscriptionAttributes": self._get_attributes,
            "DeleteTopic": self._delete_topic,
            "Publish": self._publish,
            "PublishBatch": self._publish_batch,
        }

    def claims(self, call: Call) -> bool:
        return call.service == "sns"

    async def handle(self, call: Call) -> Reply:
        body = await call.body.read()
        call.body = Bytes(body)
        parameters = dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
        operation = self._operations.get(parameters.get("Action", ""))
        return await (operation(call, parameters) if operation else self._control_plane(call))

    async def _subscribe(self, call: Call, parameters: Parameters) -> Reply:
        if parameters.get("Protocol") != "lambda" or not parameters.get("Endpoint"):
            return await self._control_plane(call)
        keys = [name for name in parameters if re.fullmatch(r"Attributes\.entry\.\d+\.key", name)]
        if any(parameters[name] in _FILTERS for name in keys):
            return _no_filters(call)
        entries = len(keys) + 1
        added = {"key": "FilterPolicy", "value": _NOTHING_PASSES}
        parameters |= {f"Attributes.entry.{entries}.{name}": value for name, value in added.items()}
        reply = await self._control_plane(_with_parameters(call, parameters))
        if found := _SUBSCRIPTION.search(await reply.read()):
            subscriptions = self._functions.setdefault(parameters["TopicArn"], {})
            subscriptions[found[1].decode()] = parameters["Endpoint"]
        return reply

    async def _unsubscribe(self, call: Call, parameters: Parameters) -> Reply:
        reply = await self._control_plane(call)
        if reply.status < 300:
            subscription = parameters.get("SubscriptionArn", "")
            self._functions.get(_topic_of(subscription), {}).pop(subscription, None)
        return reply

    async def _set_attributes(self, call: Call, parameters: Parameters) -> Reply:
        subscription = parameters.get("SubscriptionArn", "")
        of_function = subscription in self._functions.get(_topic_of(subscription), {})
        if of_function and parameters.get("AttributeName") in _FILTERS:
            return _no_filters(call)
        return await self._control_plane(call)

    async def _get_attributes(self, call: Call, parameters: Parameters) -> Reply:
        reply = await self._control_plane(call)
        body = _SHOWN.sub(b"", await reply.read())
        kept = [header for header in reply.headers if header[0].lower() != "content-length"]
        return Reply(reply.status, kept, body)

    async def _delete_topic(self, call: Call, parameters: Parameters) -> Reply:
        reply = await self._control_plane(call)
        if reply.status < 300:
            self._functions.pop(parameters.get("TopicArn", ""), None)
        return reply

    async def _publish(self, call: Call, parameters: Parameters) -> Reply:
        reply = await self._control_plane(call)
        topic = parameters.get("TopicArn") or parameters.get("TargetArn", "")
        if reply.status < 300 and self._functions.get(topic):
            message_id = published_ids(await reply.read())[""]
            await self._deliver(call, published(topic, parameters), message_id)
        return reply

    async def _publish_batch(self, call: Call, parameters: Parameters) -> Reply:
        reply = await self._control_plane(call)
        topic = parameters.get("TopicArn", "")
        if reply.status < 300 and self._functions.get(topic):
            ids = published_ids(await reply.read())
            for prefix in batch_prefixes(parameters):
                if message_id := ids.get(parameters[f"{prefix}Id"]):
                    await self._deliver(call, published(topic, parameters, prefix), message_id)
        return reply

    async def _deliver(self, call: Call, message: Message, message_id: str) -> None:
        for subscription, endpoint in list(self._functions.get(message.topic, {}).items()):
            now = iso8601(self._clock.now())
            body = orjson.dumps(notification(message, message_id, subscription, now))
            detail = {"topic": message.topic, "message_id": message_id, "target": endpoint}
            try:
                request_id = await invoke(
                    self._door, endpoint, body, call.header("x-amzn-trace-id")
                )
                self._journal.record("sns.delivered", request_id=request_id, **detail)
            except FAILURES as error:
                self._journal.record("sns.undelivered", reason=str(error), **detail)


def _topic_of(subscription: str) -> str:
    return subscription.rpartition(":")[0]


def _with_parameters(call: Call, parameters: Parameters) -> Call:
    body = urlencode(parameters).encode()
    framing = ("content-length", "transfer-encoding")
    headers = [header for header in call.headers if header[0] not in framing]
    headers.append(("content-length", str(len(body))))
    return replace(call, headers=headers, body=Bytes(body))


def _no_filters(call: Call) -> Reply:
    """Return the refusal as SNS puts errors on the wire."""
    body = (
        '<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type>'
        "<Code>NotImplemented</Code><Message>filter policies of subscriptions with protocol lambda "
        "are not emulated here (docs/services/sns.md)</Message></Error>"
        f"<RequestId>{call.id}</RequestId></ErrorResponse>"
    )
    return Reply(501, [("content-type", "text/xml")], body.encode())
