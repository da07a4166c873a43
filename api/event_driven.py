"""USE_S3=true: store the object, record the document; the object's event starts the processor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from api import store
from api.bucket import Bucket
from api.models import Receipt
from api.store import Record
from api.uploads import Upload
from processor.database import Connection
from processor.documents import object_key


@dataclass(frozen=True)
class EventDriven:
    bucket: Bucket
    connection: Callable[[], Connection]

    def take(self, uploads: Sequence[Upload], user_id: str) -> list[Receipt]:
        """Store and record `uploads`; what was stored is taken back if anything fails."""
        with ExitStack() as undo:
            for upload in uploads:
                stored = self.bucket.put(_key(upload), upload.content, upload.file.media_type)
                undo.callback(self.bucket.discard, stored)
            records = [_record(upload, user_id) for upload in uploads]
            statuses = store.record(self.connection(), records)
            undo.pop_all()
        return [
            Receipt(id=upload.id, file_name=upload.file.file_name, status=status)
            for upload, status in zip(uploads, statuses, strict=True)
        ]


def _key(upload: Upload) -> str:
    return object_key(upload.id, upload.file.file_name)


def _record(upload: Upload, user_id: str) -> Record:
    file = upload.file
    return Record(upload.id, user_id, file.file_name, _key(upload), file.media_type, file.size)
