"""What is checked of a file before anything of an upload is stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO, Protocol
from uuid import UUID

from api.content import HEAD_BYTES, demand_borne_out, media_type
from api.errors import EmptyFileError, FileTooLargeError
from api.models import Receipt
from api.names import safe_file_name
from processor.reader import MAX_BYTES


@dataclass(frozen=True)
class File:
    """A file that may be stored, by what is said of it. size: bytes."""

    file_name: str
    media_type: str
    size: int


@dataclass(frozen=True)
class Upload:
    """A file to be stored as document `id`. content: at its start."""

    id: UUID
    file: File
    content: BinaryIO


class Intake(Protocol):
    """Takes the accepted files of one upload, all of them or none."""

    def take(self, uploads: Sequence[Upload], user_id: str) -> list[Receipt]: ...


def described(raw_name: str, size: int) -> File:
    """Return a file as it may be stored, its content unseen; raises a `RejectedFileError`."""
    name = safe_file_name(raw_name)
    _check_size(name, size)
    return File(name, media_type(name), size)


def checked(raw_name: str, size: int, content: BinaryIO) -> File:
    """Return a file as it may be stored; raises the `RejectedFileError` that applies."""
    file = described(raw_name, size)
    demand_borne_out(file.file_name, content.read(HEAD_BYTES))
    content.seek(0)
    return file


def _check_size(name: str, size: int) -> None:
    if size == 0:
        raise EmptyFileError(
            f"「{name}」是空的，請選擇有內容的檔案。 The file is empty; choose one with content."
        )
    if size > MAX_BYTES:
        megabytes = MAX_BYTES // 1024**2
        raise FileTooLargeError(
            f"「{name}」超過 {megabytes} MB 上限，請分割後再上傳。 "
            f"The file is larger than {megabytes} MB; split it and upload the parts."
        )
