"""POST /documents/{id}/retry: a failed document is processed once more.

The object is copied onto itself, which S3 announces like any upload, with a sequencer above all
before (decision 0056). Nothing but S3 and the database is needed, and the processor cannot tell
it from a new version of the document.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from api import store
from api.bucket import Bucket
from api.conditions import check_unchanged
from api.errors import (
    DocumentAtFaultError,
    DocumentNotFoundError,
    NotFailedError,
    NotStoredError,
    ObjectMissingError,
)
from api.models import Document
from api.representation import Representation
from processor.database import Connection
from processor.documents import KEY_PREFIX, Status
from processor.errors import WITHOUT_OBJECT

_NOT_FAILED = (
    "此文件並未失敗，不需要重試；請查看 status。 "
    "The document has not failed, so there is nothing to retry; look at its status."
)
_NOT_STORED = (
    "此文件的原始檔未保存，請重新上傳。 The file of this document was not kept; upload it again."
)
_MISSING = "儲存空間中找不到此檔案，請重新上傳。 The stored file is gone; upload it again."


@dataclass(frozen=True)
class Retry:
    """bucket: None where documents are processed in the request and nothing is stored in S3."""

    connection: Callable[[], Connection]
    bucket: Bucket | None

    def __call__(self, document_id: UUID, user_id: str, if_match: str | None) -> Document:
        """Return the document, waiting for its processing; raises the `ApiError` that applies.

        A processor that the event starts meanwhile waits for the end of the transaction. If S3
        fails, the document stays failed; if only the end of the transaction does, the event has
        the newer sequencer and is processed all the same.
        """
        connection = self.connection()
        with connection.transaction():
            document = store.hold(connection, document_id, user_id)
            stored = store.location(connection, document_id, user_id)
            if document is None or stored is None:
                raise DocumentNotFoundError
            check_unchanged(if_match, Representation.of(document).tag)
            _check_failed(document)
            self._renew(stored.file_path)
            return store.reset(connection, document_id)

    def _renew(self, key: str) -> None:
        if self.bucket is None or not key.startswith(KEY_PREFIX):
            raise NotStoredError(_NOT_STORED)
        if not self.bucket.renew(key):
            raise ObjectMissingError(_MISSING)


def _check_failed(document: Document) -> None:
    if document.status is not Status.FAILED:
        raise NotFailedError(_NOT_FAILED)
    if not document.retryable and document.error_code not in WITHOUT_OBJECT:
        raise DocumentAtFaultError(document.error_message or "")
