"""DeleteObjects under policies: keys that may not be deleted are errors, the others are deleted.

AWS answers 200 either way, and names every refused key in the answer.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from xml.etree import ElementTree as ET

from harness.call import Call, Handler, Reply
from harness.iam.actions.asked import Asked
from harness.iam.actions.s3 import arn, bucket_and_key, delete_action
from harness.iam.rewriting import replace_body

NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"

# Returns the message of a refusal, "" when the object may be deleted.
Check = Callable[[Asked], Awaitable[str]]


async def delete_objects(call: Call, proceed: Handler, check: Check) -> Reply:
    """Answer DeleteObjects, asking `check` for each of its objects."""
    body = await call.whole()
    try:
        root = ET.fromstring(body)  # noqa: S314 - expat bounds entities, only loopback reaches us
    except (ET.ParseError, LookupError):
        return await proceed(call)  # not a list of objects: the service says so
    refused = await _refused(root, bucket_and_key(call.path)[0], check)
    if not refused:
        return await proceed(call)
    if root.find("{*}Object") is None:
        return Reply(200, [("content-type", "application/xml")], _with(None, refused))
    replace_body(call, ET.tostring(_bare(root), encoding="UTF-8"))
    reply = await proceed(call)
    if reply.status >= 300:
        return reply
    answer = _with(ET.fromstring(await reply.read()), refused)  # noqa: S314 - of the control plane
    headers = [(n, v) for n, v in reply.headers if n != "content-length"]
    return Reply(reply.status, headers, answer)


async def _refused(root: ET.Element, bucket: str, check: Check) -> list[ET.Element]:
    """Take what may not be deleted out of `root` and return it as elements of the answer."""
    errors = []
    for entry in root.findall("{*}Object"):
        key, version = entry.findtext("{*}Key", ""), entry.findtext("{*}VersionId")
        if message := await check(Asked(delete_action(version), arn(bucket, key))):
            root.remove(entry)
            errors.append(_error(key, version, message))
    return errors


def _error(key: str, version: str | None, message: str) -> ET.Element:
    error = ET.Element("Error")
    members = {"Key": key, "VersionId": version, "Code": "AccessDenied", "Message": message}
    for name, value in members.items():
        if value is not None:
            ET.SubElement(error, name).text = value
    return error


def _with(answer: ET.Element | None, refused: list[ET.Element]) -> bytes:
    result = ET.Element("DeleteResult", xmlns=NAMESPACE)
    result.extend([*(() if answer is None else _bare(answer)), *refused])
    return bytes(ET.tostring(result, encoding="UTF-8", xml_declaration=True))


def _bare(root: ET.Element) -> ET.Element:
    """Take the namespaces off: they would be written with prefixes that no service reads."""
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return root
