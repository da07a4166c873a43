"""Who may publish to topics; S3 needs it before a notification names one of them."""

from __future__ import annotations

import json
from typing import Any

from harness.stack.properties import Leaf, Properties, SetOf, Shape
from harness.stack.resources import Created

TYPE = "AWS::SNS::TopicPolicy"
PROPERTIES: dict[str, Shape] = {"PolicyDocument": Leaf.VALUE, "Topics": SetOf(Leaf.VALUE)}
ATTRIBUTES: frozenset[str] = frozenset()


def create(client: Any, properties: Properties, name: str) -> Created:
    for topic in properties["Topics"]:
        _set(client, topic, properties["PolicyDocument"])
    return Created(name)


def read(client: Any, physical_id: str, properties: Properties) -> Properties:
    document: Any = None
    for topic in properties["Topics"]:
        attributes = client.get_topic_attributes(TopicArn=topic)["Attributes"]
        document = json.loads(attributes["Policy"])
    return {"PolicyDocument": document, "Topics": properties["Topics"]}


def delete(client: Any, physical_id: str, properties: Properties) -> None:
    """Leave the topics to their owner alone, as they were without a policy."""
    for topic in properties["Topics"]:
        owner = {"StringEquals": {"AWS:SourceOwner": topic.split(":")[4]}}
        statement = {
            "Effect": "Allow",
            "Principal": {"AWS": "*"},
            "Action": ["SNS:Publish", "SNS:Subscribe"],
            "Resource": topic,
            "Condition": owner,
        }
        _set(client, topic, {"Version": "2008-10-17", "Statement": [statement]})


def _set(client: Any, topic: str, document: Any) -> None:
    client.set_topic_attributes(
        TopicArn=topic, AttributeName="Policy", AttributeValue=json.dumps(document)
    )
