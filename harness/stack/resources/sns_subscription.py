"""What a topic's messages go to."""

from __future__ import annotations

import json
from typing import Any

from harness.stack.properties import Leaf, Properties, Shape
from harness.stack.resources import Created

TYPE = "AWS::SNS::Subscription"
PROPERTIES: dict[str, Shape] = {
    "Endpoint": Leaf.VALUE,
    "FilterPolicy": Leaf.VALUE,
    "FilterPolicyScope": Leaf.VALUE,
    "Protocol": Leaf.VALUE,
    "RawMessageDelivery": Leaf.VALUE,
    "TopicArn": Leaf.VALUE,
}
ATTRIBUTES: frozenset[str] = frozenset()
_ATTRIBUTES = ("FilterPolicy", "FilterPolicyScope", "RawMessageDelivery")


def create(client: Any, properties: Properties, name: str) -> Created:
    attributes = {
        key: value if isinstance(value, str) else json.dumps(value)
        for key, value in properties.items()
        if key in _ATTRIBUTES
    }
    subscribed = client.subscribe(
        TopicArn=properties["TopicArn"],
        Protocol=properties["Protocol"],
        Endpoint=properties["Endpoint"],
        Attributes=attributes,
        ReturnSubscriptionArn=True,
    )
    return Created(subscribed["SubscriptionArn"])


def read(client: Any, physical_id: str, properties: Properties) -> Properties:
    found = dict(client.get_subscription_attributes(SubscriptionArn=physical_id)["Attributes"])
    if "FilterPolicy" in found:
        found["FilterPolicy"] = json.loads(found["FilterPolicy"])
    return found


def delete(client: Any, physical_id: str, properties: Properties) -> None:
    client.unsubscribe(SubscriptionArn=physical_id)
