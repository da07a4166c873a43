"""A file's way through the pipeline: uploaded, then followed until it is settled."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from harness.documents.api import Document, DocumentsApi, RefusedError

_AT_ONCE = 4
_FIRST_DELAY_S = 0.05
_LONGEST_DELAY_S = 0.5
_GROWTH = 1.5


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of a file; seconds: from the start of its upload to the last answer."""

    path: Path
    document: Document | None
    seconds: float
    error: str = ""


class Display(Protocol):
    """Shows deliveries while they happen."""

    def open(self, path: Path) -> AbstractContextManager[IO[bytes]]:
        """Open the file to upload, so that what is read of it can be shown."""
        ...

    def changed(self, path: Path, document: Document) -> None: ...

    def ended(self, delivery: Delivery) -> None: ...


class Courier:
    """timeout: seconds a document may take to settle; 0 does not wait for it."""

    def __init__(self, api: DocumentsApi, display: Display, timeout: float) -> None:
        self._api = api
        self._display = display
        self._timeout = timeout
        self._places = asyncio.Semaphore(_AT_ONCE)

    async def deliver(self, paths: Iterable[Path]) -> list[Delivery]:
        """Upload the files, a few at once; return what became of them, in their order."""
        return await asyncio.gather(*(self._in_turn(path) for path in paths))

    async def _in_turn(self, path: Path) -> Delivery:
        async with self._places:
            began = time.monotonic()
            document, error = await self._deliver(path)
            delivery = Delivery(path, document, time.monotonic() - began, error)
        self._display.ended(delivery)
        return delivery

    async def _deliver(self, path: Path) -> tuple[Document | None, str]:
        """Return the document as last seen and why it did not complete, if so."""
        try:
            with self._display.open(path) as content:
                document = await self._api.upload(path.name, content, _size(path))
            if self._timeout:
                document = await self._follow(path, document)
        except RefusedError as refusal:
            return None, str(refusal)
        return document, shortcoming(document, self._timeout)

    async def _follow(self, path: Path, document: Document) -> Document:
        """Return the document when it is settled, or as it is when the time is over.

        The API is asked again and again: as deployed it offers nothing to wait for.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._timeout):
                for delay in delays():
                    document = await self._api.document(document.id)
                    self._display.changed(path, document)
                    if document.settled:
                        break
                    await asyncio.sleep(delay)
        return document


def _size(path: Path) -> int:
    return path.stat().st_size


def delays() -> Iterator[float]:
    """Yield the seconds before each next question: short for short documents, then longer."""
    delay = _FIRST_DELAY_S
    while True:
        yield delay
        delay = min(delay * _GROWTH, _LONGEST_DELAY_S)


def shortcoming(document: Document, waited: float) -> str:
    """Return why a document that was waited for is not completed, "" when nothing is wrong."""
    if document.status == "failed":
        return f"{document.error_code}: {document.error_message}"
    if waited and not document.settled:
        return f"still {document.status} after {waited:g} s"
    return ""
