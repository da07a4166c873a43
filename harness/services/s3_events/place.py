"""Which bucket and object a path-style request is about."""

from __future__ import annotations

from urllib.parse import unquote

from harness.call import Call


def place(call: Call) -> tuple[str, str]:
    """Return (bucket, key), decoded; the key of a request about a bucket is ""."""
    bucket, _, key = unquote(call.path).lstrip("/").partition("/")
    return bucket, key
