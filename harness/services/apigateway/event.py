"""The event a function gets for a request: payload format 2.0 (pure).

HTTP APIs decode the path, also in `rawPath`, and cut it at a decoded question mark; the query
string stays as it came. Only the text types below arrive as text, everything else as Base64, also
forms and a body without a type.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, unquote

from harness.aws import ACCOUNT
from harness.call import Call
from harness.recognise import API_ID_HEADER
from harness.services.apigateway.configuration import Stage
from harness.services.apigateway.limits import check_event
from harness.services.apigateway.routing import Match

_TEXT_TYPES = frozenset({"application/json", "application/xml", "application/javascript"})
_NOT_PASSED_ON = frozenset(
    {
        "connection",
        "cookie",
        "expect",
        "keep-alive",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        API_ID_HEADER,
    }
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a request arrived: domain is the API's on AWS."""

    api_id: str
    region: str
    stage: Stage

    @property
    def domain(self) -> str:
        return f"{self.api_id}.execute-api.{self.region}.amazonaws.com"


def decoded_path(call: Call) -> str:
    return unquote(call.path).partition("?")[0]


def event(call: Call, body: bytes, place: Place, match: Match, now: float) -> dict[str, Any]:
    """Return the event; members that have nothing to say are absent.

    now: seconds since the epoch. Raises `RefusedError` (413) for a body that cannot fit.
    """
    members = {
        "version": "2.0",
        "routeKey": match.route.key,
        "rawPath": decoded_path(call),
        "rawQueryString": call.query,
        "cookies": _cookies(call),
        "headers": _headers(call, len(body), now),
        "queryStringParameters": _joined(parse_qsl(call.query, keep_blank_values=True)),
        "requestContext": _context(call, place, match, now),
        "pathParameters": match.parameters,
        "stageVariables": place.stage.variables,
    }
    present = {name: value for name, value in members.items() if value or value == ""}
    return {**present, **_body(call, body)}


def _cookies(call: Call) -> list[str]:
    lines = [value for name, value in call.headers if name == "cookie"]
    return [cookie for line in lines for cookie in line.split("; ")]


def _headers(call: Call, body_bytes: int, now: float) -> dict[str, str]:
    passed_on = _joined((n, v) for n, v in call.headers if n not in _NOT_PASSED_ON)
    forwarded = [passed_on.get("x-forwarded-for", ""), call.source_ip]
    return {
        **passed_on,
        "content-length": str(body_bytes),
        "x-amzn-trace-id": passed_on.get("x-amzn-trace-id") or _trace(call, now),
        "x-forwarded-for": ", ".join(filter(None, forwarded)),
        "x-forwarded-port": call.header("host").partition(":")[2] or "80",
        "x-forwarded-proto": "http",
    }


def _trace(call: Call, now: float) -> str:
    return f"Root=1-{int(now):08x}-{call.id.replace('-', '')[:24]}"


def _joined(pairs: Any) -> dict[str, str]:
    """Return the values by name; those of the same name joined by a comma."""
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return {name: ",".join(several) for name, several in values.items()}


def _context(call: Call, place: Place, match: Match, now: float) -> dict[str, Any]:
    return {
        "accountId": ACCOUNT,
        "apiId": place.api_id,
        "domainName": place.domain,
        "domainPrefix": place.api_id,
        "http": {
            "method": call.method,
            "path": decoded_path(call),
            "protocol": "HTTP/1.1",
            "sourceIp": call.source_ip,
            "userAgent": call.header("user-agent"),
        },
        "requestId": call.id,
        "routeKey": match.route.key,
        "stage": place.stage.name,
        "time": datetime.fromtimestamp(now, UTC).strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "timeEpoch": int(now * 1000),
    }


def _body(call: Call, body: bytes) -> dict[str, Any]:
    if not body:
        return {"isBase64Encoded": False}
    if _is_text(call.header("content-type")):
        try:
            return {"body": body.decode(), "isBase64Encoded": False}
        except UnicodeDecodeError:
            pass  # an event is JSON, so bytes that are no text can only be passed as Base64
    # Refused before the costly encoding: Base64 makes four bytes of three.
    check_event(len(body) // 3 * 4)
    return {"body": b64encode(body).decode(), "isBase64Encoded": True}


def _is_text(content_type: str) -> bool:
    media_type = content_type.partition(";")[0].strip().lower()
    return media_type.startswith("text/") or media_type in _TEXT_TYPES
