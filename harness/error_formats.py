"""Errors on the wire: XML of S3, of query services and of EC2, CBOR, JSON (pure)."""

from __future__ import annotations

import orjson

from harness.call import Call, Headers, Reply
from harness.errors import AwsError
from harness.protocols import cbor
from harness.s3_identification import host_id
from harness.xml_text import elements

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
    body = f"<Error>{elements({**members, 'RequestId': call.id, 'HostId': host})}</Error>"
    ids = [("x-amz-request-id", call.id), ("x-amz-id-2", host)]
    return _xml(error, body, [*error.headers.items(), *ids])


def _ec2(error: AwsError, call: Call) -> Reply:
    members = elements({"Code": error.code, "Message": error.message})
    body = (
        f"<Response><Errors><Error>{members}</Error></Errors>"
        f"<RequestID>{call.id}</RequestID></Response>"
    )
    return _xml(error, body, _identification(call))


def _query(error: AwsError, call: Call) -> Reply:
    kind = "Sender" if error.status < 500 else "Receiver"
    members = elements({"Type": kind, "Code": error.code, "Message": error.message})
    body = (
        f"<ErrorResponse><Error>{members}</Error><RequestId>{call.id}</RequestId></ErrorResponse>"
    )
    return _xml(error, body, _identification(call))


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
    headers = [
        ("content-type", "application/cbor"),
        ("smithy-protocol", "rpc-v2-cbor"),
        *_compatible(error, call),
        *_identification(call),
    ]
    body = cbor.dumps({"__type": error.code, "message": error.message})
    return Reply(error.status, headers, body)


def _compatible(error: AwsError, call: Call) -> Headers:
    if call.service not in _QUERY_COMPATIBLE:
        return []
    return [("x-amzn-query-error", f"{error.code};Sender")]


def _identification(call: Call) -> Headers:
    return [("x-amzn-requestid", call.id)]
