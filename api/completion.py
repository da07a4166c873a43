"""The end of an upload that a client made to S3 itself: is all of it there?

Only a multipart upload needs this, because S3 makes its object of the parts when told to. After
any other upload the event has started the processor already, and asking does no harm.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from api import store
from api.bucket import Bucket
from api.deletion import Deletion
from api.errors import FileTooLargeError, UploadExpiredError, UploadIncompleteError
from api.multipart import MultipartUpload, StoredPart
from api.store import Location
from processor.database import Connection


@dataclass(frozen=True)
class Completion:
    bucket: Bucket
    connection: Callable[[], Connection]
    delete: Deletion

    def __call__(self, document_id: UUID, user_id: str, named: Sequence[StoredPart] | None) -> bool:
        """Make sure that the object of a document is there; may be called again and again.

        named: the parts that the client says it sent, None for all that S3 has. Returns False
        when the user has no such document. Raises `UploadIncompleteError`, `UploadExpiredError`,
        `InvalidPartsError` and, after deleting the document, `FileTooLargeError`.
        """
        location = store.location(self.connection(), document_id, user_id)
        if location is None:
            return False
        if location.upload_id is not None:
            self._assemble(document_id, user_id, location, named)
        elif not self.bucket.holds(location.file_path):
            raise UploadIncompleteError(
                "檔案尚未上傳，請先上傳檔案。 The file is not there; upload it first."
            )
        return True

    def _assemble(
        self,
        document_id: UUID,
        user_id: str,
        location: Location,
        named: Sequence[StoredPart] | None,
    ) -> None:
        upload = MultipartUpload(self.bucket, location.file_path, location.upload_id or "")
        stored = upload.parts()
        if stored is not None:
            parts = stored if named is None else named
            self._check_total(document_id, user_id, location.file_size, _total(parts, stored))
            upload.complete(parts)
        elif not self.bucket.holds(location.file_path):  # else it was completed already
            raise UploadExpiredError(
                "此上傳已過期，請重新開始。 S3 does not know this upload any more; begin anew."
            )
        store.end_upload(self.connection(), document_id)

    def _check_total(self, document_id: UUID, user_id: str, declared: int, total: int) -> None:
        """Demand the size that was declared, and so checked, when the upload began."""
        if total < declared:
            raise UploadIncompleteError(
                f"檔案尚未上傳完整（{total} / {declared} 位元組），請上傳缺少的分段後再完成。 "
                f"{total} of {declared} bytes are there; upload the missing parts, then complete."
            )
        if total > declared:
            self.delete(document_id, user_id)
            raise FileTooLargeError(
                f"上傳的檔案（{total} 位元組）大於宣告的大小（{declared} 位元組），已刪除。 "
                f"{total} bytes were sent where {declared} were declared; the upload was deleted."
            )


def _total(parts: Sequence[StoredPart], stored: Sequence[StoredPart]) -> int:
    """Return how many bytes S3 has of `parts`."""
    sizes = {part.number: part.size for part in stored}
    return sum(sizes.get(number, 0) for number in {part.number for part in parts})
