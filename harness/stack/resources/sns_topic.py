"""A topic. Its property names are the API's attribute names."""

from __future__ import annotations

from typing import Any

from harness.stack.properties import Leaf, Properties, SetOf, Shape
from harness.stack.resources import Created
from harness.stack.tags import TAGS

TYPE = "AWS::SNS::Topic"
PROPERTIES: dict[str, Shape] = {
    "ContentBasedDeduplication": Leaf.VALUE,
    "DisplayName": Leaf.VALUE,
    "FifoTopic": Leaf.VALUE,
    "KmsMasterKeyId": Leaf.VALUE,
    "Subscription": SetOf({"Endpoint": Leaf.VALUE, "Protocol": Leaf.VALUE}),
    "Tags": TAGS,
    "TopicName": Leaf.VALUE,
}
ATTRIBUTES = frozenset({"TopicArn", "TopicName"})
_NO_ATTRIBUTES = frozenset({"Subscription", "Tags", "TopicName"})


def create(client: Any, properties: Properties, name: str) -> Created:
    name = properties.get("TopicName", name)
    attributes = {
        key: str(value).lower() if isinstance(value, bool) else str(value)
        for key, value in properties.items()
        if key not in _NO_ATTRIBUTES
    }
    tags = properties.get("Tags", [])
    arn = client.create_topic(Name=name, Attributes=attributes, Tags=tags)["TopicArn"]
    return Created(arn, {"TopicArn": arn, "TopicName": name})


def configure(client: Any, physical_id: str, properties: Properties) -> None:
    for subscription in properties.get("Subscription", []):
        client.subscribe(TopicArn=physical_id, **subscription)


def read(client: Any, physical_id: str, properties: Properties) -> Properties:
    found = dict(client.get_topic_attributes(TopicArn=physical_id)["Attributes"])
    found["TopicName"] = physical_id.rpartition(":")[2]
    found["Tags"] = client.list_tags_for_resource(ResourceArn=physical_id)["Tags"]
    if "Subscription" in properties:
        listed = client.list_subscriptions_by_topic(TopicArn=physical_id)["Subscriptions"]
        found["Subscription"] = [
            {"Endpoint": one["Endpoint"], "Protocol": one["Protocol"]} for one in listed
        ]
    return found


def delete(client: Any, physical_id: str, properties: Properties) -> None:
    client.delete_topic(TopicArn=physical_id)
