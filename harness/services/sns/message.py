"""What was published to a topic, and what a subscribed function gets of it; pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import orjson

Parameters = dict[str, str]

_MESSAGE_ID = re.compile(r"<MessageId>([^<]+)</MessageId>")
_BATCH_ENTRY = re.compile(r"(PublishBatchRequestEntries\.member\.\d+\.)Id")
_MEMBER = re.compile(r"<member>.*?</member>", re.DOTALL)
_ID = re.compile(r"<Id>([^<]*)</Id>")


@dataclass(frozen=True, slots=True)
class Message:
    """attributes: by name, as a function gets them."""

    topic: str
    text: str
    subject: str | None
    attributes: dict[str, dict[str, str]]


def published(topic: str, parameters: Parameters, prefix: str = "") -> Message:
    """Return the message in the parameters of Publish, or of the entry at `prefix` of a batch."""
    text = parameters.get(f"{prefix}Message", "")
    if parameters.get(f"{prefix}MessageStructure") == "json":
        by_protocol = orjson.loads(text)
        text = by_protocol.get("lambda", by_protocol["default"])
    subject = parameters.get(f"{prefix}Subject")
    return Message(topic, text, subject, _attributes(parameters, f"{prefix}MessageAttributes"))


def _attributes(parameters: Parameters, prefix: str) -> dict[str, dict[str, str]]:
    found, number = {}, 1
    while name := parameters.get(f"{prefix}.entry.{number}.Name"):
        value = f"{prefix}.entry.{number}.Value"
        binary = parameters.get(f"{value}.BinaryValue", "")
        found[name] = {
            "Type": parameters.get(f"{value}.DataType", "String"),
            "Value": parameters.get(f"{value}.StringValue", binary),
        }
        number += 1
    return found


def batch_prefixes(parameters: Parameters) -> list[str]:
    """Return what the parameters of each entry of a PublishBatch begin with."""
    return [found[1] for name in parameters if (found := _BATCH_ENTRY.fullmatch(name))]


def published_ids(answer: bytes) -> dict[str, str]:
    """Return the message ids in an answer, by the id of the batch's entry; "" for Publish."""
    text = answer.decode()
    parts = _MEMBER.findall(text) or [text]
    return {
        (entry[1] if (entry := _ID.search(part)) else ""): found[1]
        for part in parts
        if (found := _MESSAGE_ID.search(part))
    }


def notification(message: Message, message_id: str, subscription: str, now: str) -> dict[str, Any]:
    """Return the event that a subscribed function gets (pure)."""
    region = message.topic.split(":")[3]
    host = f"https://sns.{region}.amazonaws.com"
    sns = {
        "Type": "Notification",
        "MessageId": message_id,
        "TopicArn": message.topic,
        "Subject": message.subject,
        "Message": message.text,
        "Timestamp": now,
        "SignatureVersion": "1",
        "Signature": "EXAMPLE",
        "SigningCertUrl": f"{host}/SimpleNotificationService-example.pem",
        "UnsubscribeUrl": f"{host}/?Action=Unsubscribe&SubscriptionArn={subscription}",
        "MessageAttributes": message.attributes,
    }
    record = {
        "EventSource": "aws:sns",
        "EventVersion": "1.0",
        "EventSubscriptionArn": subscription,
        "Sns": sns,
    }
    return {"Records": [record]}
