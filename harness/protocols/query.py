"""The query protocol: a form with dotted names comes in, XML goes out, both told by the model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from harness.clock import iso8601
from harness.protocols.model import Model, Shape
from harness.xml_text import elements, xml_text

_LONGEST_LIST, _LONGEST_NAME = 10_000, 1000


def form(body: bytes) -> dict[str, str]:
    """Return the fields of a request body."""
    return dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))


def members(model: Model, shape: str, fields: Mapping[str, str]) -> Any:
    """Return what the fields say of a structure, every value still a text.

    Raises `ValueError` when a list has more members than AWS lets any list have.
    """
    return _Fields(model, fields).value(shape, "")


class _Fields:
    def __init__(self, model: Model, fields: Mapping[str, str]) -> None:
        self._shapes = model.shapes
        self._fields = fields
        # Every prefix that some field has; asking costs the same for a thousand fields.
        self._prefixes = {
            name[:end]
            for name in fields
            if len(name) <= _LONGEST_NAME
            for end, letter in enumerate(name)
            if letter == "."
        }

    def value(self, shape_name: str, prefix: str) -> Any:
        shape = self._shapes[shape_name]
        if shape["type"] == "structure":
            return self._structure(shape, prefix)
        if shape["type"] == "list":
            return self._list(shape, prefix)
        return self._fields.get(prefix)

    def _there(self, prefix: str) -> bool:
        return prefix in self._fields or prefix in self._prefixes

    def _structure(self, shape: Shape, prefix: str) -> dict[str, Any]:
        found = {}
        for name, member in shape["members"].items():
            path = f"{prefix}.{name}" if prefix else name
            if self._there(path):
                found[name] = self.value(member["shape"], path)
        return found

    def _list(self, shape: Shape, prefix: str) -> list[Any]:
        found: list[Any] = []
        while self._there(path := f"{prefix}.member.{len(found) + 1}"):
            if len(found) >= _LONGEST_LIST:
                raise ValueError(f"{prefix} has too many members")
            found.append(self.value(shape["member"]["shape"], path))
        return found


def response(model: Model, operation: str, result: Mapping[str, Any], request_id: str) -> bytes:
    """Return the XML that answers a query request."""
    shape = model.output_shape(operation)
    inner = _xml(model, shape, result) if shape else ""
    wrapped = f"<{operation}Result>{inner}</{operation}Result>" if shape else ""
    metadata = f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata>"
    namespace = model.metadata["xmlNamespace"]
    return (
        f'<{operation}Response xmlns="{namespace}">{wrapped}{metadata}</{operation}Response>'
    ).encode()


def error(model: Model, code: str, message: str, status: int, request_id: str) -> bytes:
    """Return the XML of an error."""
    kind = "Sender" if status < 500 else "Receiver"
    return (
        f'<ErrorResponse xmlns="{model.metadata["xmlNamespace"]}"><Error>'
        f"{elements({'Type': kind, 'Code': code, 'Message': message})}</Error>"
        f"<RequestId>{request_id}</RequestId></ErrorResponse>"
    ).encode()


def _xml(model: Model, shape_name: str, value: Any) -> str:
    shape = model.shapes[shape_name]
    if shape["type"] == "structure":
        return "".join(
            f"<{name}>{_xml(model, shape['members'][name]['shape'], item)}</{name}>"
            for name, item in value.items()
            if item is not None
        )
    if shape["type"] == "list":
        member = shape["member"]["shape"]
        return "".join(f"<member>{_xml(model, member, item)}</member>" for item in value)
    if shape["type"] == "map":
        inner = shape["value"]["shape"]
        return "".join(
            f"<entry><key>{xml_text(key)}</key><value>{_xml(model, inner, item)}</value></entry>"
            for key, item in value.items()
        )
    return _text(shape["type"], value)


def _text(kind: str, value: Any) -> str:
    if kind == "timestamp":
        return iso8601(value)
    if kind == "boolean":
        return "true" if value else "false"
    return xml_text(str(value))
