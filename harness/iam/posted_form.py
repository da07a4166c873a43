"""Who uploads with a browser form, and which object: the fields before the file say it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping

from harness.call import Body, Call

_LOOKED_AT = 64 * 1024  # S3 limits the fields before the file to 20 KB
_BOUNDARY = re.compile(r'boundary="?([^";]+)"?')
_NAME = re.compile(rb'[; ]name="([^"]*)"', re.IGNORECASE)
_FILENAME = re.compile(rb'filename="([^"]*)"', re.IGNORECASE)


class _Resumed:
    """A body of which the beginning was looked at already."""

    def __init__(self, beginning: bytes, rest: AsyncIterator[bytes]) -> None:
        self._beginning = beginning
        self._rest = rest

    async def __aiter__(self) -> AsyncIterator[bytes]:
        if self._beginning:
            yield self._beginning
        async for piece in self._rest:
            yield piece

    async def read(self) -> bytes:
        return b"".join([piece async for piece in self])


async def posted_fields(call: Call) -> Mapping[str, str]:
    """Return the form's fields by their names in lower case; the call can still go on."""
    beginning, call.body = await _peeked(call.body)
    return form_fields(call.header("content-type"), beginning)


async def _peeked(body: Body) -> tuple[bytes, Body]:
    pieces, beginning = aiter(body), b""
    async for piece in pieces:
        beginning += piece
        if len(beginning) >= _LOOKED_AT:
            break
    return beginning, _Resumed(beginning, pieces)


def form_fields(content_type: str, beginning: bytes) -> dict[str, str]:
    """Return the fields, `${filename}` in the key filled in (pure); {} for what is no form."""
    boundary = _BOUNDARY.search(content_type)
    if boundary is None:
        return {}
    fields, filename = {}, ""
    for part in beginning.split(b"--" + boundary[1].encode("latin-1"))[1:]:
        head, _, value = part.partition(b"\r\n\r\n")
        if file := _FILENAME.search(head):
            filename = file[1].decode(errors="replace")
        elif name := _NAME.search(head):
            text = value.removesuffix(b"\r\n").decode(errors="replace")
            fields[name[1].decode(errors="replace").lower()] = text
    if "key" in fields:
        fields["key"] = fields["key"].replace("${filename}", filename)
    return fields


def form_key_id(fields: Mapping[str, str]) -> str:
    """Return the access key that the form is signed with, "" when it is not."""
    scope = fields.get("x-amz-credential", "").partition("/")[0]
    return scope or fields.get("awsaccesskeyid", "")
