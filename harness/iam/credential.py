"""Which access key a request is signed with (pure); the signature itself is not checked."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

from harness.call import Call

_HEADER = re.compile(r"Credential=([^/,\s]+)/")


def access_key_id(call: Call) -> str:
    """Return the key in the Authorization header or the presigned query; "" without one."""
    authorization = call.header("authorization")
    if found := _HEADER.search(authorization):
        return found.group(1)
    if authorization.startswith("AWS "):  # signature version 2
        return authorization[4:].partition(":")[0]
    if "X-Amz-Credential=" not in call.query and "AWSAccessKeyId=" not in call.query:
        return ""
    parameters = dict(parse_qsl(call.query))
    scope = parameters.get("X-Amz-Credential", "").partition("/")[0]
    return scope or parameters.get("AWSAccessKeyId", "")
