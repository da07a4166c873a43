"""The expiry of presigned URLs (aws-behaviour §7.5.2)."""

from __future__ import annotations

from datetime import UTC, datetime

from harness.call import Call, Handler, Layer, Reply
from harness.clock import Clock
from harness.errors import AwsError

_WRITTEN = "%Y%m%dT%H%M%SZ"
_SHOWN = "%Y-%m-%dT%H:%M:%SZ"


def refuse_expired(clock: Clock) -> Layer:
    """Return the layer that refuses a presigned URL after its time, when its request starts."""

    async def checked(call: Call, proceed: Handler) -> Reply:
        if "X-Amz-Expires=" in call.query and (error := expiry(call, clock.now())):
            raise error
        return await proceed(call)

    return checked


def expiry(call: Call, now: float) -> AwsError | None:
    """Return why a presigned call is refused at `now`, None when its URL is still good (pure)."""
    parameters = call.parameters()
    lasts = parameters["X-Amz-Expires"]
    try:
        signed = datetime.strptime(parameters.get("X-Amz-Date", ""), _WRITTEN).replace(tzinfo=UTC)
        ends = signed.timestamp() + int(lasts)
        shown = datetime.fromtimestamp(ends, UTC).strftime(_SHOWN)
    except (ValueError, OverflowError):
        message = "X-Amz-Date and X-Amz-Expires must be a time and a number of seconds"
        return AwsError("AuthorizationQueryParametersError", message, 400)
    if now < ends:
        return None
    fields = {
        "X-Amz-Expires": lasts,
        "Expires": shown,
        "ServerTime": datetime.fromtimestamp(now, UTC).strftime(_SHOWN),
    }
    return AwsError("AccessDenied", "Request has expired", 403, fields)
