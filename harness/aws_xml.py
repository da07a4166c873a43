"""Answers of query services in the control plane, read without their namespaces."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from harness.call import Call, Handler
from harness.errors import AwsError


async def xml_answer(handler: Handler, call: Call) -> ET.Element:
    """Return the answer's root, names without namespaces; raises `AwsError` when it is an error."""
    reply = await handler(call)
    # The control plane is ours; what users wrote into it comes out escaped.
    root = ET.fromstring(await reply.read())  # noqa: S314
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    if reply.status >= 300:
        code, message = root.findtext(".//Code", ""), root.findtext(".//Message", "")
        raise AwsError(code, message, reply.status)
    return root


def texts(root: ET.Element, path: str) -> list[str]:
    return [element.text or "" for element in root.findall(path)]
