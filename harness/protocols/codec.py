"""One request in whichever protocol it came, and its answer in the same one."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from harness.call import Call, Reply
from harness.errors import AwsError
from harness.protocols import cbor, query
from harness.protocols.model import Model
from harness.protocols.typed import check, typed

CBOR, JSON, QUERY = "cbor", "json", "query"
_LARGEST = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Exchange:
    """What is known of a request before it is read; body: decompressed.

    operation: "" when the request does not say one.
    """

    model: Model
    protocol: str
    operation: str
    body: bytes
    request_id: str

    def request(self) -> Any:
        """Return the request's members, with the model's types and within its constraints.

        Raises `AwsError` in the words AWS has for it.
        """
        shape = self.model.input_shape(self.operation)
        if not shape:
            return {}
        try:
            raw = self._decoded(shape)
        except (ValueError, RecursionError) as error:
            raise AwsError("SerializationException", f"the request cannot be read: {error}") from (
                None
            )
        members = typed(self.model, shape, raw)
        check(self.model, shape, members, _validation_code(self.model))
        return members

    def _decoded(self, shape: str) -> Any:
        if self.protocol == QUERY:
            return query.members(self.model, shape, query.form(self.body))
        if self.protocol == CBOR:
            return cbor.loads(self.body) if self.body else {}
        return orjson.loads(self.body or b"{}")

    def reply(self, result: Mapping[str, Any]) -> Reply:
        """Return the answer that carries `result`."""
        shape = self.model.output_shape(self.operation)
        if self.protocol == QUERY:
            body = query.response(self.model, self.operation, result, self.request_id)
        elif self.protocol == CBOR:
            body = cbor.dumps(_marked(self.model, shape, result)) if shape else b""
        else:
            body = orjson.dumps(_present(result)) if shape else b""
        return Reply(200, self._headers(), body)

    def error(self, error: AwsError) -> Reply:
        """Return the answer that carries an error."""
        headers, exception = self._headers(), self.model.exception(error.code)
        if self.protocol == QUERY:
            code, message = error.code, error.message
            body = query.error(self.model, code, message, error.status, self.request_id)
            return Reply(error.status, headers, body)
        if "awsQueryCompatible" in self.model.metadata:
            side = "Sender" if error.status < 500 else "Receiver"
            headers.append(("x-amzn-query-error", f"{error.code};{side}"))
        members = {"__type": exception, "message": error.message, **error.fields}
        encode = cbor.dumps if self.protocol == CBOR else orjson.dumps
        return Reply(error.status, headers, encode(members))

    def _headers(self) -> list[tuple[str, str]]:
        identification = ("x-amzn-requestid", self.request_id)
        if self.protocol == CBOR:
            return [
                ("content-type", "application/cbor"),
                ("smithy-protocol", "rpc-v2-cbor"),
                identification,
            ]
        if self.protocol == QUERY:
            return [("content-type", "text/xml"), identification]
        version = self.model.metadata.get("jsonVersion", "1.1")
        return [("content-type", f"application/x-amz-json-{version}"), identification]


async def read_body(call: Call) -> bytes:
    """Return a request's body; raises `AwsError` for one larger than any AWS takes."""
    body = bytearray()
    async for piece in call.body:
        body += piece
        if len(body) > _LARGEST:
            raise AwsError("RequestEntityTooLarge", "The request is too large", 413)
    return bytes(body)


def exchange(model: Model, call: Call, body: bytes) -> Exchange:
    """Return the exchange that a call with this body begins."""
    if call.header("smithy-protocol") == "rpc-v2-cbor":
        protocol, operation = CBOR, call.operation
    elif call.header("x-amz-target") or QUERY not in model.metadata["protocols"]:
        protocol, operation = JSON, call.operation
    else:
        protocol, operation = QUERY, ""
    unpacked = _unpacked(body) if call.header("content-encoding") == "gzip" else body
    if protocol == QUERY:
        unpacked = unpacked or call.query.encode()
        operation = query.form(unpacked).get("Action", "")
    return Exchange(model, protocol, operation, unpacked, call.id)


def _unpacked(body: bytes) -> bytes:
    """Return a gzip body unpacked; what is none stays, and cannot be read later on."""
    try:
        unpacker = zlib.decompressobj(wbits=31)
        return unpacker.decompress(body, _LARGEST)
    except (zlib.error, gzip.BadGzipFile):
        return body


def _validation_code(model: Model) -> str:
    return "ValidationError" if "awsQueryCompatible" in model.metadata else "ValidationException"


def _present(value: Any) -> Any:
    """Return a result without the members that have no value."""
    if isinstance(value, Mapping):
        return {name: _present(item) for name, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_present(item) for item in value]
    return value


def _marked(model: Model, shape_name: str, value: Any) -> Any:
    """Return a result in which CBOR can tell timestamps and floating-point numbers."""
    shape = model.shapes[shape_name]
    kind = shape["type"]
    if kind == "structure":
        return {
            name: _marked(model, shape["members"][name]["shape"], item)
            for name, item in value.items()
            if item is not None
        }
    if kind == "list":
        return [_marked(model, shape["member"]["shape"], item) for item in value]
    if kind == "map":
        return {key: _marked(model, shape["value"]["shape"], item) for key, item in value.items()}
    if kind == "timestamp":
        return cbor.Epoch(value)
    return float(value) if kind in ("double", "float") else value
