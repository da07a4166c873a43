"""A stage of an HTTP API. Its property names are the API's."""

from __future__ import annotations

from typing import Any

from harness.stack.properties import Leaf, MapOf, Properties, Shape
from harness.stack.resources import Created

TYPE = "AWS::ApiGatewayV2::Stage"
_LIMITS: dict[str, Shape] = {
    "ThrottlingBurstLimit": Leaf.VALUE,
    "ThrottlingRateLimit": Leaf.VALUE,
}
PROPERTIES: dict[str, Shape] = {
    "ApiId": Leaf.VALUE,
    "AutoDeploy": Leaf.VALUE,
    "DefaultRouteSettings": _LIMITS,
    "Description": Leaf.VALUE,
    "RouteSettings": MapOf(_LIMITS),
    "StageName": Leaf.VALUE,
    "StageVariables": MapOf(Leaf.VALUE),
    "Tags": MapOf(Leaf.VALUE),
}
ATTRIBUTES: frozenset[str] = frozenset()


def create(client: Any, properties: Properties, name: str) -> Created:
    return Created(client.create_stage(**properties)["StageName"])


def read(client: Any, physical_id: str, properties: Properties) -> Properties:
    key = {"ApiId": properties["ApiId"], "StageName": physical_id}
    return {**client.get_stage(**key), **key}


def delete(client: Any, physical_id: str, properties: Properties) -> None:
    client.delete_stage(ApiId=properties["ApiId"], StageName=physical_id)
