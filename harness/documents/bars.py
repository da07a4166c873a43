"""Deliveries as progress bars, for a terminal."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from harness.documents.api import Document
from harness.documents.delivery import Delivery
from harness.documents.lines import state


class Bars:
    """One bar per file: filled by the upload, moving while processed, full in the end."""

    def __init__(self, console: Console) -> None:
        self._tasks: dict[Path, TaskID] = {}
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn("{task.fields[state]}", markup=False),
            TimeElapsedColumn(),
            console=console,
        )

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def open(self, path: Path) -> AbstractContextManager[IO[bytes]]:
        task = self._progress.add_task(path.name, state="uploading")
        self._tasks[path] = task
        return self._progress.open(path, "rb", task_id=task)

    def changed(self, path: Path, document: Document) -> None:
        self._progress.update(self._tasks[path], state=state(document), total=None)

    def ended(self, delivery: Delivery) -> None:
        shown = delivery.error or (state(delivery.document) if delivery.document else "")
        self._progress.update(self._tasks[delivery.path], state=shown, total=1, completed=1)
