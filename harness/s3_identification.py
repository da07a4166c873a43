"""The two ids by which S3 identifies every answer."""

from __future__ import annotations

import base64
import secrets

from harness.call import Headers


def host_id() -> str:
    return base64.b64encode(secrets.token_bytes(56)).decode()


def identification() -> Headers:
    """Return S3's two request ids, which the event record repeats."""
    return [("x-amz-request-id", secrets.token_hex(8).upper()), ("x-amz-id-2", host_id())]
