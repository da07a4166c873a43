"""A queue. Its property names are the API's attribute names."""

from __future__ import annotations

import json
from typing import Any

from harness.stack.properties import Leaf, Properties, Shape
from harness.stack.resources import Created
from harness.stack.tags import TAGS, as_list, as_map

TYPE = "AWS::SQS::Queue"
PROPERTIES: dict[str, Shape] = {
    "DelaySeconds": Leaf.VALUE,
    "FifoQueue": Leaf.VALUE,
    "KmsMasterKeyId": Leaf.VALUE,
    "MaximumMessageSize": Leaf.VALUE,
    "MessageRetentionPeriod": Leaf.VALUE,
    "QueueName": Leaf.VALUE,
    "ReceiveMessageWaitTimeSeconds": Leaf.VALUE,
    "RedrivePolicy": {"deadLetterTargetArn": Leaf.VALUE, "maxReceiveCount": Leaf.VALUE},
    "SqsManagedSseEnabled": Leaf.VALUE,
    "Tags": TAGS,
    "VisibilityTimeout": Leaf.VALUE,
}
ATTRIBUTES = frozenset({"Arn", "QueueName", "QueueUrl"})


def create(client: Any, properties: Properties, name: str) -> Created:
    name = properties.get("QueueName", name)
    attributes = {k: v for k, v in properties.items() if k not in {"QueueName", "Tags"}}
    if "RedrivePolicy" in attributes:
        attributes["RedrivePolicy"] = json.dumps(attributes["RedrivePolicy"])
    url = client.create_queue(
        QueueName=name, Attributes=attributes, tags=as_map(properties.get("Tags")) or None
    )["QueueUrl"]
    arn = _attributes(client, url)["QueueArn"]
    return Created(url, {"Arn": arn, "QueueName": name, "QueueUrl": url})


def read(client: Any, physical_id: str, properties: Properties) -> Properties:
    found = _attributes(client, physical_id)
    if "RedrivePolicy" in found:
        found["RedrivePolicy"] = json.loads(found["RedrivePolicy"])
    found["QueueName"] = found["QueueArn"].rpartition(":")[2]
    found["Tags"] = as_list(client.list_queue_tags(QueueUrl=physical_id).get("Tags"))
    return found


def _attributes(client: Any, url: str) -> dict[str, Any]:
    return dict(client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"])


def delete(client: Any, physical_id: str, properties: Properties) -> None:
    client.delete_queue(QueueUrl=physical_id)
