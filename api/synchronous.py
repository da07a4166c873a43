"""USE_S3=false: the architecture before S3. The request lasts until its documents are processed."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from api import store
from api.models import Receipt
from api.store import Record
from api.uploads import Upload
from processor.database import Connection

Ingest = Callable[[UUID, str, Path], object]


@dataclass(frozen=True)
class Synchronous:
    """ingest: runs the processor's steps on a local file and settles the document's status."""

    connection: Callable[[], Connection]
    ingest: Ingest

    def take(self, uploads: Sequence[Upload], user_id: str) -> list[Receipt]:
        """Record and process `uploads`; when a service fails, none of them stays recorded."""
        with TemporaryDirectory() as folder, ExitStack() as undo:
            paths = [_saved(upload, Path(folder)) for upload in uploads]
            records = [_record(u, path, user_id) for u, path in zip(uploads, paths, strict=True)]
            store.record(self.connection(), records)
            undo.callback(self._forget, uploads)
            for upload, path in zip(uploads, paths, strict=True):
                self.ingest(upload.id, upload.file.file_name, path)
            undo.pop_all()
            return self._receipts(uploads)

    def _forget(self, uploads: Sequence[Upload]) -> None:
        store.forget(self.connection(), [upload.id for upload in uploads])

    def _receipts(self, uploads: Sequence[Upload]) -> list[Receipt]:
        statuses = store.statuses(self.connection(), [upload.id for upload in uploads])
        return [
            Receipt(id=upload.id, file_name=upload.file.file_name, status=statuses[upload.id])
            for upload in uploads
        ]


def _saved(upload: Upload, folder: Path) -> Path:
    path = folder / str(upload.id)
    with path.open("wb") as file:
        shutil.copyfileobj(upload.content, file)
    return path


def _record(upload: Upload, path: Path, user_id: str) -> Record:
    file = upload.file
    return Record(upload.id, user_id, file.file_name, str(path), file.media_type, file.size)
