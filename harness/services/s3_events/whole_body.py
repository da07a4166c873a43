"""Request bodies that S3 limits: read whole, or refused."""

from __future__ import annotations

from harness.call import Call
from harness.errors import AwsError


async def whole_body(call: Call, limit: int) -> bytes:
    """Return the body of `call`; raises `AwsError` when it is longer than `limit` bytes."""
    body = bytearray()
    async for piece in call.body:
        body += piece
        if len(body) > limit:
            raise AwsError("MaxMessageLengthExceeded", "Your request was too big.", 400)
    return bytes(body)
