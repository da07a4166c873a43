"""Cross-origin rules that the gateway applies by itself when an API has them (pure).

Once an API has a CORS configuration, the function's own CORS headers are ignored.
"""

from __future__ import annotations

from harness.call import Call, Headers, Reply
from harness.services.apigateway.configuration import Cors

_PREFIX = "access-control-"


def is_preflight(call: Call) -> bool:
    return (
        call.method == "OPTIONS"
        and bool(call.header("origin"))
        and bool(call.header("access-control-request-method"))
    )


def preflight(cors: Cors, origin: str) -> Reply:
    """Return the answer to a preflight; without CORS headers when the origin is not allowed."""
    allowed = _allowed(cors, origin)
    lists = [
        (f"{_PREFIX}allow-methods", ",".join(cors.methods)),
        (f"{_PREFIX}allow-headers", ",".join(cors.headers)),
        (f"{_PREFIX}max-age", "" if cors.max_age_s is None else str(cors.max_age_s)),
    ]
    return Reply(204, [*allowed, *(pair for pair in lists if pair[1] and allowed)])


def applied(cors: Cors, origin: str, headers: Headers) -> Headers:
    """Return a response's headers with the configured CORS headers instead of its own."""
    own = [(name, value) for name, value in headers if not name.lower().startswith(_PREFIX)]
    allowed = _allowed(cors, origin)
    if allowed and cors.exposed:
        allowed.append((f"{_PREFIX}expose-headers", ",".join(cors.exposed)))
    return [*own, *allowed]


def _allowed(cors: Cors, origin: str) -> Headers:
    if not origin or not any(_matches(pattern, origin) for pattern in cors.origins):
        return []
    answer = "*" if "*" in cors.origins else origin
    credentials = [(f"{_PREFIX}allow-credentials", "true")] if cors.credentials else []
    return [(f"{_PREFIX}allow-origin", answer), *credentials]


def _matches(pattern: str, origin: str) -> bool:
    """`*`, `https://*` (any origin of the scheme) or one origin."""
    if pattern.endswith("*"):
        return origin.lower().startswith(pattern[:-1].lower())
    return pattern.lower() == origin.lower()
