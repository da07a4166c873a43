"""May S3 deliver to a destination? Asked of the control plane once, and again after a change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import orjson

from harness.aws import json_answer, json_call, query_call, rest_call
from harness.call import Call, Handler
from harness.errors import AwsError
from harness.senders import queue_url
from harness.services.s3_events.configuration import Rule
from harness.services.s3_events.policy import permits
from harness.xml_answer import xml_answer

_CHANGES = frozenset(
    {
        *("AddPermission", "RemovePermission"),
        *("CreateFunction", "DeleteFunction", "CreateAlias", "DeleteAlias", "PublishVersion"),
        *("CreateQueue", "DeleteQueue", "SetQueueAttributes"),
        *("CreateTopic", "DeleteTopic", "SetTopicAttributes"),
    }
)


class Permissions:
    """The policies of functions, queues and topics, as far as they concern S3."""

    def __init__(self, door: Handler) -> None:
        self._door = door
        self._known: dict[tuple[str, str], str] = {}

    async def refusal(self, rule: Rule, bucket: str) -> str:
        """Return why S3 may not deliver to the rule's destination, in S3's words; "" if it may."""
        key, known = (rule.arn, bucket), self._known
        if key not in known:
            known[key] = await self._ask(rule, bucket)
        return known[key]

    def notice(self, call: Call) -> None:
        """Ask again from now on when `call` may have changed a policy or a destination.

        What is being asked at this moment ends up in the dictionary dropped here.
        """
        if self._known and (call.operation in _CHANGES or _unnamed(call)):
            self._known = {}

    async def _ask(self, rule: Rule, bucket: str) -> str:
        if rule.service == "events":
            return ""  # The bucket's owner need not be permitted to use its own default bus.
        action, missing, forbidden = _WORDS[rule.service]
        policy = await self._policy(rule)
        if policy is not None and permits(policy, action, rule.arn, bucket):
            return ""
        reason = missing if policy is None else forbidden
        return reason.format(arn=rule.arn, kind=_KINDS[rule.service])

    async def _policy(self, rule: Rule) -> Mapping[str, Any] | None:
        """Return the destination's resource policy; None without the destination."""
        read = {"lambda": self._of_function, "sqs": self._of_queue, "sns": self._of_topic}
        try:
            return _decoded(await read[rule.service](rule))
        except AwsError as error:
            if error.status == 404 or error.code == "QueueDoesNotExist":
                return None
            raise

    async def _of_function(self, rule: Rule) -> str:
        _, _, name, *qualifier = rule.arn.split(":", 4)[4].split(":")
        path = f"/2015-03-31/functions/{name}/policy"
        query = f"Qualifier={quote(qualifier[0])}" if qualifier else ""
        call = rest_call("lambda", rule.region, "GetPolicy", "GET", path, query=query)
        return str((await json_answer(self._door, call))["Policy"])

    async def _of_queue(self, rule: Rule) -> str:
        asked = {"QueueUrl": queue_url(rule.arn), "AttributeNames": ["Policy"]}
        call = json_call("sqs", rule.region, "AmazonSQS.GetQueueAttributes", asked)
        answer = await json_answer(self._door, call)
        return str((answer.get("Attributes") or {}).get("Policy", ""))

    async def _of_topic(self, rule: Rule) -> str:
        call = query_call("sns", rule.region, "GetTopicAttributes", {"TopicArn": rule.arn})
        root = await xml_answer(self._door, call)
        return next(
            (
                found.findtext("{*}value", "")
                for found in root.iter()
                if found.findtext("{*}key") == "Policy"
            ),
            "",
        )


def _decoded(policy: str) -> Mapping[str, Any]:
    """Return a policy's statements; text that is no policy permits nothing."""
    try:
        found = orjson.loads(policy)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def _unnamed(call: Call) -> bool:
    """Tell whether it is a client's call of SNS, whose operation only its body names."""
    return call.service == "sns" and not call.operation


# By service: the action S3 needs, and what it says when the destination does not exist or does not
# permit it. A function that does not exist is one that may not be invoked (§5.6.3).
_NOT_AUTHORIZED = "Not authorized to invoke function [{arn}]"
_FORBIDDEN = (
    "Permissions on the destination {kind} do not allow S3 to publish notifications "
    "from this bucket"
)
_WORDS = {
    "lambda": ("lambda:InvokeFunction", _NOT_AUTHORIZED, _NOT_AUTHORIZED),
    "sqs": ("SQS:SendMessage", "The destination queue does not exist", _FORBIDDEN),
    "sns": ("SNS:Publish", "The destination topic does not exist", _FORBIDDEN),
}
_KINDS = {"lambda": "function", "sqs": "queue", "sns": "topic"}
