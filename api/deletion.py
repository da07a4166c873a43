"""DELETE /documents/{id}: row, chunks, postings and every version of the object, or nothing.

A multipart upload that is not completed yet ends with its document.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from api import store
from api.bucket import Bucket
from api.conditions import check_unchanged
from api.multipart import MultipartUpload
from api.representation import Representation
from processor.database import Connection


@dataclass(frozen=True)
class Deletion:
    """bucket: None where documents are processed in the request and nothing is stored in S3."""

    connection: Callable[[], Connection]
    bucket: Bucket | None

    def __call__(self, document_id: UUID, user_id: str, if_match: str | None = None) -> bool:
        """Delete a document of the user; False when there is none or it is somebody else's.

        if_match: entity tags, one of which the document must have; else `PreconditionFailedError`.
        The object goes before the transaction ends: if S3 fails, the document is still there and
        the user may ask again.
        """
        connection = self.connection()
        with connection.transaction():
            if if_match is not None:
                self._check(connection, document_id, user_id, if_match)
            found = store.delete(connection, document_id, user_id)
            if found is not None and self.bucket is not None:
                if found.upload_id is not None:
                    MultipartUpload(self.bucket, found.file_path, found.upload_id).abort()
                self.bucket.remove(found.file_path)
        return found is not None

    @staticmethod
    def _check(connection: Connection, document_id: UUID, user_id: str, if_match: str) -> None:
        document = store.hold(connection, document_id, user_id)
        if document is not None:
            check_unchanged(if_match, Representation.of(document).tag)
