"""An HTTP API. Its OpenAPI body becomes explicit routes and integrations."""

from __future__ import annotations

from typing import Any

from harness.stack import openapi
from harness.stack.properties import Leaf, Properties, Shape
from harness.stack.resources import Created

TYPE = "AWS::ApiGatewayV2::Api"
PROPERTIES: dict[str, Shape] = {
    "Body": openapi.BODY,
    "CorsConfiguration": {
        "AllowCredentials": Leaf.VALUE,
        "AllowHeaders": [Leaf.VALUE],
        "AllowMethods": [Leaf.VALUE],
        "AllowOrigins": [Leaf.VALUE],
        "ExposeHeaders": [Leaf.VALUE],
        "MaxAge": Leaf.VALUE,
    },
    "Description": Leaf.VALUE,
    "Name": Leaf.VALUE,
    "ProtocolType": Leaf.VALUE,
}
ATTRIBUTES = frozenset({"ApiId", "ApiEndpoint"})


def create(client: Any, properties: Properties, name: str) -> Created:
    body = properties.get("Body", {})
    info = body.get("info", {})
    api = client.create_api(
        Name=properties.get("Name", info.get("title", name)),
        Version=info.get("version"),
        ProtocolType=properties.get("ProtocolType", "HTTP"),
        Description=properties.get("Description"),
        CorsConfiguration=properties.get("CorsConfiguration", openapi.cors(body)),
        Tags=openapi.tags(body),
    )
    return Created(api["ApiId"], {"ApiId": api["ApiId"], "ApiEndpoint": api["ApiEndpoint"]})


def configure(client: Any, physical_id: str, properties: Properties) -> None:
    for route in openapi.routes(properties.get("Body", {})):
        integration = client.create_integration(ApiId=physical_id, **route.integration)
        target = f"integrations/{integration['IntegrationId']}"
        client.create_route(ApiId=physical_id, RouteKey=route.key, Target=target)


def read(client: Any, physical_id: str, properties: Properties) -> Properties:
    api = client.get_api(ApiId=physical_id)
    integrations = {
        f"integrations/{found['IntegrationId']}": found
        for found in client.get_integrations(ApiId=physical_id)["Items"]
    }
    routes = [
        openapi.Route(found["RouteKey"], integrations[found["Target"]])
        for found in client.get_routes(ApiId=physical_id)["Items"]
    ]
    body = {
        "info": {"title": api["Name"], "version": api.get("Version")},
        "paths": openapi.paths(routes),
        "tags": openapi.tag_list(api.get("Tags", {})),
        **openapi.cors_section(api.get("CorsConfiguration")),
    }
    return {**api, "Body": body}


def delete(client: Any, physical_id: str, properties: Properties) -> None:
    client.delete_api(ApiId=physical_id)
