"""Does the content of a file bear out its name? Only the first bytes are looked at.

This spares users a wait for an obvious mistake. Whether the document can really be read is found
out by the processor, in its bounded child process.
"""

from __future__ import annotations

from pathlib import PurePosixPath

from api.errors import UnsupportedTypeError
from processor.decode import is_text
from processor.documents import IMAGE_MARKS, IMAGE_TYPES, MEDIA_TYPES

HEAD_BYTES = 1024  # readers accept "%PDF-" anywhere in the first kilobyte

_PDF = b"%PDF-"
_ZIP = b"PK\x03\x04"


def media_type(file_name: str) -> str:
    """Return the media type of a file from its suffix.

    Raises `UnsupportedTypeError` for an unknown suffix.
    """
    suffix = _suffix(file_name)
    if suffix not in MEDIA_TYPES:
        raise UnsupportedTypeError(
            f"不支援「{file_name}」的檔案類型，請上傳 {_supported()}。 "
            f"The type of this file is not supported; upload one of {_supported()}."
        )
    return MEDIA_TYPES[suffix]


def demand_type(file_name: str, said: str | None) -> None:
    """Raise `UnsupportedTypeError` if a client says another media type than the suffix."""
    expected = media_type(file_name)
    if said is not None and said.partition(";")[0].strip().lower() != expected:
        raise UnsupportedTypeError(
            f"「{file_name}」的 content_type 應為 {expected}，或不填。 "
            f"The content_type of this file must be {expected}, or left out."
        )


def demand_borne_out(file_name: str, head: bytes) -> None:
    """Raise `UnsupportedTypeError` if the content is of another type than the name says.

    head: the first `HEAD_BYTES` of a file with a known suffix.
    """
    suffix = _suffix(file_name)
    if not _bears_out(suffix, head):
        raise UnsupportedTypeError(
            f"「{file_name}」的內容不是 {suffix} 檔，請確認檔案後再上傳。 "
            f"The content of this file is not {suffix}; check the file and upload it again."
        )


def _suffix(file_name: str) -> str:
    return PurePosixPath(file_name).suffix.lower()


def _supported() -> str:
    return ", ".join(MEDIA_TYPES)


def _bears_out(suffix: str, head: bytes) -> bool:
    match suffix:
        case ".pdf":
            return _PDF in head
        case ".docx" | ".pptx" | ".xlsx":
            return head.startswith(_ZIP)
        case picture if picture in IMAGE_TYPES:
            return head.startswith(IMAGE_MARKS)
        case _:
            return not head.startswith((_PDF, _ZIP)) and is_text(head)
