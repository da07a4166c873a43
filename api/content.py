"""Does the content of a file bear out its name? Only the first bytes are looked at.

This spares users a wait for an obvious mistake. Whether the document can really be read is found
out by the processor, in its bounded child process.
"""

from __future__ import annotations

from pathlib import PurePosixPath

from api.errors import UnsupportedTypeError
from processor.decode import is_text
from processor.documents import FILE_TYPES

HEAD_BYTES = 1024  # readers accept "%PDF-" anywhere in the first kilobyte

_PDF = b"%PDF-"
_ZIP = b"PK\x03\x04"


def media_type(file_name: str, head: bytes) -> str:
    """Return the media type of a file from its suffix, `head` being its first `HEAD_BYTES`.

    Raises `UnsupportedTypeError` for an unknown suffix and for content of another type.
    """
    suffix = PurePosixPath(file_name).suffix.lower()
    if suffix not in FILE_TYPES:
        raise UnsupportedTypeError(
            f"不支援「{file_name}」的檔案類型，請上傳 {_supported()}。 "
            f"The type of this file is not supported; upload one of {_supported()}."
        )
    if not _bears_out(suffix, head):
        raise UnsupportedTypeError(
            f"「{file_name}」的內容不是 {suffix} 檔，請確認檔案後再上傳。 "
            f"The content of this file is not {suffix}; check the file and upload it again."
        )
    return FILE_TYPES[suffix]


def _supported() -> str:
    return ", ".join(FILE_TYPES)


def _bears_out(suffix: str, head: bytes) -> bool:
    match suffix:
        case ".pdf":
            return _PDF in head
        case ".docx" | ".pptx" | ".xlsx":
            return head.startswith(_ZIP)
        case _:
            return not head.startswith((_PDF, _ZIP)) and is_text(head)
