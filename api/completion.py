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
        if location.upload_id is None:
            self._demand_object(location.file_path)
            return True
        upload = MultipartUpload(self.bucket, location.file_path, location.upload_id)
        try:
            self._assemble(upload, location.file_size, named)
        except FileTooLargeError:
            self.delete(document_id, user_id)
            raise
        store.end_upload(self.connection(), document_id)
        return True

    def _demand_object(self, key: str) -> None:
        if not self.bucket.holds(key):
            raise UploadIncompleteError(
                "檔案尚未上傳，請先上傳檔案。 The file is not there; upload it first."
            )

    def _assemble(
        self, upload: MultipartUpload, declared: int, named: Sequence[StoredPart] | None
    ) -> None:
        """Have S3 make the object, unless another request just did or has done it."""
        stored = upload.parts()
        if stored is not None:
            parts = stored if named is None else named
            _check_total(declared, _total(parts, stored))
            if upload.complete(parts):
                return
        if not self.bucket.holds(upload.key):
            raise UploadExpiredError(
                "此上傳已過期，請重新開始。 S3 does not know this upload any more; begin anew."
            )


def _check_total(declared: int, total: int) -> None:
    """Demand the size that was declared, and so checked, when the upload began."""
    if total < declared:
        raise UploadIncompleteError(
            f"檔案尚未上傳完整（{total} / {declared} 位元組），請上傳缺少的分段後再完成。 "
            f"{total} of {declared} bytes are there; upload the missing parts, then complete."
        )
    if total > declared:
        raise FileTooLargeError(
            f"上傳的檔案（{total} 位元組）大於宣告的大小（{declared} 位元組），已刪除。 "
            f"{total} bytes were sent where {declared} were declared; the upload was deleted."
        )


def _total(parts: Sequence[StoredPart], stored: Sequence[StoredPart]) -> int:
    """Return how many bytes S3 has of `parts`."""
    sizes = {part.number: part.size for part in stored}
    return sum(sizes.get(number, 0) for number in {part.number for part in parts})
