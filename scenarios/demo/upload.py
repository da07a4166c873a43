"""Uploads the files and shows each of them being processed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from harness.documents.api import Document, DocumentsApi
from harness.documents.bars import Bars
from harness.documents.delivery import Courier, Display
from harness.documents.lines import Lines
from harness.environment import Environment
from scenarios.demo.show import console

PATIENCE_S = 120.0


@dataclass(frozen=True, slots=True)
class Uploaded:
    """ids: of the accepted documents; seconds: until each upload was answered."""

    ids: list[str]
    seconds: list[float]


class TimedApi(DocumentsApi):
    """Notes how long each upload took to be answered."""

    def __init__(self, facts: Environment) -> None:
        super().__init__(facts)
        self.seconds: list[float] = []

    async def upload(self, file_name: str, content: IO[bytes], size: int) -> Document:
        began = time.monotonic()
        document = await super().upload(file_name, content, size)
        self.seconds.append(time.monotonic() - began)
        return document


def upload(facts: Environment, files: Sequence[Path]) -> Uploaded:
    if not console.is_terminal:
        return asyncio.run(_deliver(facts, files, Lines()))
    with Bars(console) as bars:
        return asyncio.run(_deliver(facts, files, bars))


async def _deliver(facts: Environment, files: Sequence[Path], display: Display) -> Uploaded:
    async with TimedApi(facts) as api:
        deliveries = await Courier(api, display, PATIENCE_S).deliver(files)
        ids = [delivery.document.id for delivery in deliveries if delivery.document]
        return Uploaded(ids, api.seconds)
