"""A body that arrives in pieces of a chosen size, and can be read once."""

from __future__ import annotations

from collections.abc import AsyncIterator


class Pieces:
    def __init__(self, data: bytes, size: int = 1) -> None:
        self._pieces = [data[at : at + size] for at in range(0, len(data), size)]

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while self._pieces:
            yield self._pieces.pop(0)

    async def read(self) -> bytes:
        return b"".join([piece async for piece in self])
