"""A call sent on with another body than it came with."""

from __future__ import annotations

from harness.call import Bytes, Call

_OF_BODY = frozenset({"content-md5", "content-length", "transfer-encoding", "x-amz-content-sha256"})
_CHECKSUMS = ("x-amz-checksum-", "x-amz-sdk-checksum")


def replace_body(call: Call, body: bytes) -> None:
    """Put `body` into `call`, and take out what was said of the body before."""
    call.body = Bytes(body)
    call.headers = [
        (name, value)
        for name, value in call.headers
        if name not in _OF_BODY and not name.startswith(_CHECKSUMS)
    ]
    call.headers.append(("content-length", str(len(body))))
