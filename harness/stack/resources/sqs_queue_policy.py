"""Who may send to queues; S3 needs it before a notification names one of them."""

from __future__ import annotations

import json
from typing import Any

from harness.stack.properties import Leaf, Properties, SetOf, Shape
from harness.stack.resources import Created

TYPE = "AWS::SQS::QueuePolicy"
PROPERTIES: dict[str, Shape] = {"PolicyDocument": Leaf.VALUE, "Queues": SetOf(Leaf.VALUE)}
ATTRIBUTES: frozenset[str] = frozenset()


def create(client: Any, properties: Properties, name: str) -> Created:
    for queue in properties["Queues"]:
        _set(client, queue, json.dumps(properties["PolicyDocument"]))
    return Created(name)


def read(client: Any, physical_id: str, properties: Properties) -> Properties:
    document: Any = None
    for queue in properties["Queues"]:
        answer = client.get_queue_attributes(QueueUrl=queue, AttributeNames=["Policy"])
        document = json.loads(answer["Attributes"]["Policy"])
    return {"PolicyDocument": document, "Queues": properties["Queues"]}


def delete(client: Any, physical_id: str, properties: Properties) -> None:
    for queue in properties["Queues"]:
        _set(client, queue, "")


def _set(client: Any, queue: str, document: str) -> None:
    client.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": document})
