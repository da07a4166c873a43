"""The key of a browser-form upload, read from the beginning of the body as it streams by."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

from harness.call import Body

_KEPT = 256 * 1024
_BOUNDARY = re.compile(r'boundary="?([^";]+)"?')
_NAME = re.compile(rb'[; ]name="([^"]*)"')
_FILENAME = re.compile(rb'filename="([^"]*)"')


class KeptBeginning:
    """A body that remembers its first 256 KiB: S3 requires the fields before the file."""

    def __init__(self, body: Body) -> None:
        self._body = body
        self.beginning = bytearray()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._body:
            if len(self.beginning) < _KEPT:
                self.beginning += piece[: _KEPT - len(self.beginning)]
            yield piece

    async def read(self) -> bytes:
        return b"".join([piece async for piece in self])


def form_key(content_type: str, beginning: bytes) -> str:
    """Return the `key` field with `${filename}` filled in; "" when there is none (pure)."""
    boundary = _BOUNDARY.search(content_type)
    if boundary is None:
        return ""
    key, filename = b"", b""
    for part in beginning.split(b"--" + boundary.group(1).encode("latin-1"))[1:]:
        head, _, value = part.partition(b"\r\n\r\n")
        name = _NAME.search(head)
        if name and name.group(1) == b"key":
            key = value.removesuffix(b"\r\n")
        if found := _FILENAME.search(head):
            filename = found.group(1)
    return key.replace(b"${filename}", filename).decode(errors="replace")
