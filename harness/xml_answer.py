"""Answers of query-protocol services (SNS): XML, and errors in XML."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from harness.call import Call, Handler
from harness.errors import AwsError


async def xml_answer(handler: Handler, call: Call) -> ET.Element:
    """Return the answer's root; raises `AwsError` with AWS's code when it is not a 2xx."""
    reply = await handler(call)
    body = await reply.read()
    try:
        root = ET.fromstring(body)  # noqa: S314 - the control plane's own answer
    except ET.ParseError:
        raise AwsError("InternalFailure", body.decode(errors="replace")[:500], 500) from None
    if reply.status >= 300:
        code, message = root.findtext(".//{*}Code", ""), root.findtext(".//{*}Message", "")
        raise AwsError(code, message, reply.status)
    return root
