"""The OpenAPI document of an HTTP API <-> its routes and integrations. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from harness.stack.properties import Leaf, MapOf, Shape

_ANY = "x-amazon-apigateway-any-method"
_INTEGRATION = "x-amazon-apigateway-integration"
_CORS = "x-amazon-apigateway-cors"

BODY: Shape = {
    "info": {"title": Leaf.VALUE, "version": Leaf.VALUE},
    "openapi": Leaf.WRITE_ONLY,
    "paths": MapOf(
        MapOf(
            {
                "isDefaultRoute": Leaf.WRITE_ONLY,
                "responses": Leaf.WRITE_ONLY,
                _INTEGRATION: {
                    "httpMethod": Leaf.VALUE,
                    "payloadFormatVersion": Leaf.VALUE,
                    "timeoutInMillis": Leaf.VALUE,
                    "type": Leaf.CASELESS,
                    "uri": Leaf.VALUE,
                },
            }
        )
    ),
    _CORS: {
        "allowCredentials": Leaf.VALUE,
        "allowHeaders": [Leaf.VALUE],
        "allowMethods": [Leaf.VALUE],
        "allowOrigins": [Leaf.VALUE],
        "exposeHeaders": [Leaf.VALUE],
        "maxAge": Leaf.VALUE,
    },
    "tags": [{"name": Leaf.VALUE, "x-amazon-apigateway-tag-value": Leaf.VALUE}],
}


@dataclass(frozen=True)
class Route:
    """One route of an HTTP API. integration: parameters of CreateIntegration without ApiId."""

    key: str
    integration: dict[str, Any]


def routes(body: dict[str, Any]) -> Iterator[Route]:
    """Yield the routes that `body` describes."""
    for path, methods in body.get("paths", {}).items():
        for method, operation in methods.items():
            yield Route(_route_key(path, method), _integration(operation[_INTEGRATION]))


def paths(found: Iterable[Route]) -> dict[str, Any]:
    """Return the section `paths` that would describe `found`."""
    document: dict[str, Any] = {}
    for route in found:
        method, _, path = route.key.rpartition(" ")
        operation = {_INTEGRATION: _as_document(route.integration)}
        document.setdefault(path, {})[_method(method)] = operation
    return document


def cors(body: dict[str, Any]) -> dict[str, Any] | None:
    """Return the CorsConfiguration that `body` describes, None when there is none."""
    described = body.get(_CORS)
    return described and {name[0].upper() + name[1:]: value for name, value in described.items()}


def cors_section(found: dict[str, Any] | None) -> dict[str, Any]:
    """Return the section of a body that would describe a CorsConfiguration."""
    members = {name[0].lower() + name[1:]: value for name, value in (found or {}).items()}
    return {_CORS: members} if members else {}


def tags(body: dict[str, Any]) -> dict[str, str]:
    return {tag["name"]: tag["x-amazon-apigateway-tag-value"] for tag in body.get("tags", [])}


def tag_list(found: dict[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "x-amazon-apigateway-tag-value": v} for name, v in found.items()]


def _route_key(path: str, method: str) -> str:
    if path == "$default":
        return path
    return f"{'ANY' if method == _ANY else method.upper()} {path}"


def _method(name: str) -> str:
    return _ANY if name in {"", "ANY"} else name.lower()


def _integration(document: dict[str, Any]) -> dict[str, Any]:
    return {
        "IntegrationMethod": document.get("httpMethod"),
        "IntegrationType": document["type"].upper(),
        "IntegrationUri": document.get("uri"),
        "PayloadFormatVersion": document.get("payloadFormatVersion"),
        "TimeoutInMillis": document.get("timeoutInMillis"),
    }


def _as_document(integration: dict[str, Any]) -> dict[str, Any]:
    return {
        "httpMethod": integration.get("IntegrationMethod"),
        "payloadFormatVersion": integration.get("PayloadFormatVersion"),
        "timeoutInMillis": integration.get("TimeoutInMillis"),
        "type": integration.get("IntegrationType"),
        "uri": integration.get("IntegrationUri"),
    }
