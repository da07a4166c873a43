"""CORS of buckets: preflights are answered here, and answers say what a page may read of them."""

from __future__ import annotations

from harness.call import Call, Handler, Headers, Reply
from harness.errors import AwsError
from harness.s3_identification import identification
from harness.services.s3_events.place import place
from harness.services.s3_requests.buckets import Buckets
from harness.services.s3_requests.cors_rules import (
    Rules,
    answered,
    chosen,
    parse_rules,
    requested,
)

_METHODS = ("GET", "PUT", "HEAD", "POST", "DELETE")
_NOT_ALLOWED = (
    "CORSResponse: This CORS request is not allowed. This is usually because the evalution of "
    "Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers "
    "are not whitelisted by the resource's CORS spec."
)


class Cors:
    """A layer outside all that refuse: a page must be able to read a refusal too."""

    def __init__(self, buckets: Buckets) -> None:
        self._buckets = buckets

    async def __call__(self, call: Call, proceed: Handler) -> Reply:
        if call.service != "s3":
            return await proceed(call)
        if call.method == "OPTIONS":
            return await self._preflight(call)
        origin = call.header("origin")
        if not origin:
            return _without_foreign(await proceed(call))
        method = call.method
        try:
            reply = _without_foreign(await proceed(call))
        except AwsError as error:
            error.headers |= dict(await self._allowance(call, origin, method))
            raise
        reply.headers = [*reply.headers, *await self._allowance(call, origin, method)]
        return reply

    async def _allowance(self, call: Call, origin: str, method: str) -> Headers:
        rule = chosen(await self._rules(call), origin, method)
        return answered(rule, origin) if rule else []

    async def _preflight(self, call: Call) -> Reply:
        method = call.header("access-control-request-method")
        origin = call.header("origin")
        if not origin:
            message = "Insufficient information. Origin request header needed."
            raise AwsError("BadRequest", message, 400)
        if method not in _METHODS:
            raise AwsError("BadRequest", f"Invalid Access-Control-Request-Method: {method}", 400)
        rules = await self._rules(call)
        if not rules:
            message = await self._without_rules(call)
            raise _forbidden(call, method, message)
        headers = requested(call.header("access-control-request-headers"))
        rule = chosen(rules, origin, method, headers)
        if rule is None:
            raise _forbidden(call, method, _NOT_ALLOWED)
        return Reply(200, [*identification(), *answered(rule, origin, headers)])

    async def _rules(self, call: Call) -> Rules:
        bucket = place(call)[0]
        return (await self._buckets.cors(bucket) if bucket else None) or ()

    async def _without_rules(self, call: Call) -> str:
        bucket = place(call)[0]
        if bucket and await self._buckets.exists(bucket):
            return "CORSResponse: CORS is not enabled for this bucket."
        return "CORSResponse: Bucket not found"


async def refuse_unusable_cors(call: Call, proceed: Handler) -> Reply:
    """Check a PutBucketCors as S3 does; its configuration is kept by the control plane."""
    if call.service == "s3" and call.operation == "PutBucketCors":
        parse_rules(await call.whole())
    return await proceed(call)


def _without_foreign(reply: Reply) -> Reply:
    """Take out what the control plane says of CORS: it allows everybody everything."""
    if reply.header("access-control-allow-origin"):
        reply.headers = [header for header in reply.headers if not _is_foreign(header[0])]
    return reply


def _is_foreign(name: str) -> bool:
    return name == "vary" or name.startswith("access-control-")


def _forbidden(call: Call, method: str, message: str) -> AwsError:
    kind = "OBJECT" if place(call)[1] else "BUCKET"
    return AwsError("AccessForbidden", message, 403, {"Method": method, "ResourceType": kind})
