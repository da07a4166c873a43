"""The contract of a document that every part of the product shares: key, status, types."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath
from uuid import UUID

from processor.errors import Code, PermanentError

KEY_PREFIX = "uploads/"

FILE_TYPES = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".csv": "text/csv",
    ".eml": "message/rfc822",
    ".md": "text/markdown",
    ".html": "text/html",
    ".htm": "text/html",
    ".txt": "text/plain",
}

# Read where the program tesseract is installed; else they end as `no_text`.
IMAGE_TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
}
IMAGE_MARKS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*")

MEDIA_TYPES = FILE_TYPES | IMAGE_TYPES

_KEY = re.compile(
    re.escape(KEY_PREFIX) + r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})_(.+)", re.DOTALL
)


class Status(StrEnum):
    """`documents.status`: pending → processing → completed | failed."""

    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"


class Stage(StrEnum):
    """`documents.stage`: the step a document in `processing` is at."""

    DOWNLOAD = "download"
    EXTRACT = "extract"
    CHUNK = "chunk"
    EMBED = "embed"
    INDEX = "index"
    SAVE = "save"
    DONE = "done"


@dataclass(frozen=True)
class ObjectKey:
    """What an object key says about its document."""

    document_id: UUID
    file_name: str


def object_key(document_id: UUID, file_name: str) -> str:
    """Return the S3 key of a document: `uploads/{id}_{file_name}`."""
    return f"{KEY_PREFIX}{document_id}_{file_name}"


def parse_object_key(key: str) -> ObjectKey:
    """Return the parts of a (decoded) key that `object_key` made.

    Raises `PermanentError` with code `foreign_key` for any other key.
    """
    match = _KEY.fullmatch(key)
    if match is None:
        raise PermanentError(Code.FOREIGN_KEY)
    return ObjectKey(UUID(match[1]), match[2])


def file_type(file_name: str) -> str:
    """Return the media type that the name promises, `application/octet-stream` if none."""
    suffix = PurePosixPath(file_name).suffix.lower()
    return MEDIA_TYPES.get(suffix, "application/octet-stream")
