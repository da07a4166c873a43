"""The expiry of presigned URLs; those of S3 are checked in full (harness.services.s3_requests)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from harness.call import Call, Handler, Layer, Reply
from harness.clock import Clock
from harness.errors import AwsError

_WRITTEN = "%Y%m%dT%H%M%SZ"
_SHOWN = "%Y-%m-%dT%H:%M:%SZ"


def refuse_expired(clock: Clock) -> Layer:
    """Return the layer that refuses a presigned URL after its time, when its request starts."""

    async def checked(call: Call, proceed: Handler) -> Reply:
        if (
            call.service != "s3"
            and "Expires=" in call.query
            and (error := expiry(call, clock.now()))
        ):
            raise error
        return await proceed(call)

    return checked


def expiry(call: Call, now: float) -> AwsError | None:
    """Return why a presigned call is refused at `now`, None when it may still be made (pure).

    Signature version 4 says when it was signed and for how long, version 2 when it ends.
    """
    parameters = call.parameters()
    try:
        ends = _end(parameters)
    except (ValueError, OverflowError):
        message = "X-Amz-Date and X-Amz-Expires must be a time and a number of seconds"
        return AwsError("AuthorizationQueryParametersError", message, 400)
    if ends is None or now < ends:
        return None
    lasts = {name: parameters[name] for name in ("X-Amz-Expires",) if name in parameters}
    fields = {**lasts, "Expires": _shown(ends), "ServerTime": _shown(now)}
    return AwsError("AccessDenied", "Request has expired", 403, fields)


def _end(parameters: Mapping[str, str]) -> float | None:
    """Return when the call's URL ends, in seconds since the epoch; None for any other call."""
    if "X-Amz-Expires" in parameters:
        signed = datetime.strptime(parameters.get("X-Amz-Date", ""), _WRITTEN).replace(tzinfo=UTC)
        ends = signed.timestamp() + int(parameters["X-Amz-Expires"])
    elif "Signature" in parameters and "Expires" in parameters:
        ends = float(int(parameters["Expires"]))
    else:
        return None
    _shown(ends)  # raises for a time that nobody can write
    return ends


def _shown(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime(_SHOWN)
