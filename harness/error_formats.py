"""Errors on the wire: XML of S3, of query services and of EC2, CBOR, JSON (pure)."""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping
from xml.sax.saxutils import escape

import orjson

from harness.call import Call, Headers, Reply
from harness.errors import AwsError
from harness.s3_identification import host_id

_NOT_IN_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FORM = "application/x-www-form-urlencoded"
# Today these speak JSON and CBOR, and keep the codes their query protocol had.
_QUERY_COMPATIBLE = frozenset({"sqs", "monitoring"})


def render(error: AwsError, call: Call) -> Reply:
    """Return `error` as the asked service puts errors on the wire."""
    if call.service == "s3":
        return _s3(error, call)
    if call.service == "ec2":
        return _ec2(error, call)
    if call.header("content-type").startswith(_FORM) and not call.header("x-amz-target"):
        return _query(error, call)
    if call.header("smithy-protocol") == "rpc-v2-cbor":
        return _cbor(error, call)
    return _json(error, call)


def _s3(error: AwsError, call: Call) -> Reply:
    host = host_id()
    members = {"Code": error.code, "Message": error.message, **error.fields}
    body = f"<Error>{_elements({**members, 'RequestId': call.id, 'HostId': host})}</Error>"
    ids = [("x-amz-request-id", call.id), ("x-amz-id-2", host)]
    return _xml(error, body, [*error.headers.items(), *ids])


def _ec2(error: AwsError, call: Call) -> Reply:
    members = _elements({"Code": error.code, "Message": error.message})
    body = (
        f"<Response><Errors><Error>{members}</Error></Errors>"
        f"<RequestID>{call.id}</RequestID></Response>"
    )
    return _xml(error, body, _identification(call))


def _query(error: AwsError, call: Call) -> Reply:
    kind = "Sender" if error.status < 500 else "Receiver"
    members = _elements({"Type": kind, "Code": error.code, "Message": error.message})
    body = (
        f"<ErrorResponse><Error>{members}</Error><RequestId>{call.id}</RequestId></ErrorResponse>"
    )
    return _xml(error, body, _identification(call))


def _elements(members: Mapping[str, str]) -> str:
    return "".join(f"<{name}>{_xml_text(text)}</{name}>" for name, text in members.items())


def _xml_text(text: str) -> str:
    """Return what a request said as text of XML, which has no form at all for some characters."""
    return escape(_NOT_IN_XML.sub("\ufffd", text))


def _xml(error: AwsError, body: str, headers: Headers) -> Reply:
    content = f'<?xml version="1.0" encoding="UTF-8"?>\n{body}'.encode()
    return Reply(error.status, [("content-type", "application/xml"), *headers], content)


def _json(error: AwsError, call: Call) -> Reply:
    named = {"__type": error.code} if call.header("x-amz-target") else {}
    body = {**named, **error.fields, "message": error.message}
    headers = [
        ("content-type", "application/json"),
        ("x-amzn-errortype", error.code),
        *error.headers.items(),
        *_compatible(error, call),
        *_identification(call),
    ]
    return Reply(error.status, headers, orjson.dumps(body))


def _cbor(error: AwsError, call: Call) -> Reply:
    texts = ("__type", error.code, "message", error.message)
    headers = [
        ("content-type", "application/cbor"),
        ("smithy-protocol", "rpc-v2-cbor"),
        *_compatible(error, call),
        *_identification(call),
    ]
    return Reply(error.status, headers, b"\xa2" + b"".join(map(_cbor_text, texts)))


def _cbor_text(text: str) -> bytes:
    """Return a text string of CBOR (RFC 8949, major type 3) with a length of four bytes."""
    data = text.encode()
    return struct.pack(">BI", 0x7A, len(data)) + data


def _compatible(error: AwsError, call: Call) -> Headers:
    if call.service not in _QUERY_COMPATIBLE:
        return []
    return [("x-amzn-query-error", f"{error.code};Sender")]


def _identification(call: Call) -> Headers:
    return [("x-amzn-requestid", call.id)]
