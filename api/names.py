"""File names as clients send them -> names that are safe in an object key, on a disk, on a screen.

Only what can mislead or break something goes: directories, control characters, marks that
reverse or hide text. Chinese, Japanese, emoji and punctuation stay as they are.
"""

from __future__ import annotations

import unicodedata
from pathlib import PurePosixPath

from api.errors import UnusableNameError
from processor.documents import MEDIA_TYPES

MAX_BYTES = 255  # of UTF-8: what file systems take, far below the 1,024 of an object key

# Invisible, but they carry meaning inside words (Persian, Hindi) and emoji.
_JOINERS = {"\u200c", "\u200d"}
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
_EDGES = " .\u00a0\u3000\u200c\u200d"


def safe_file_name(raw: str) -> str:
    """Return the last path component of `raw`: NFC, at most 255 bytes of UTF-8, suffix kept.

    Raises `UnusableNameError` when nothing is left.
    """
    leaf = raw.replace("\\", "/").rpartition("/")[2]
    visible = "".join(filter(_is_kept, leaf))
    name = _shorten(unicodedata.normalize("NFC", visible).strip(_EDGES))
    if not name:
        raise UnusableNameError(
            "檔案名稱無法使用，請重新命名後再上傳。 "
            "The file name has no usable characters; rename the file and upload it again."
        )
    return name


def _is_kept(character: str) -> bool:
    if character in _JOINERS:
        return True
    return unicodedata.category(character) not in _INVISIBLE and not _is_noncharacter(character)


def _is_noncharacter(character: str) -> bool:
    """Tell code points that XML, and so a bucket listing, cannot carry."""
    point = ord(character)
    return point & 0xFFFE == 0xFFFE or 0xFDD0 <= point <= 0xFDEF


def _shorten(name: str) -> str:
    if len(name.encode()) <= MAX_BYTES:
        return name
    suffix = PurePosixPath(name).suffix
    if suffix.lower() not in MEDIA_TYPES:
        suffix = ""
    stem = name.removesuffix(suffix).encode()[: MAX_BYTES - len(suffix)]
    return stem.decode(errors="ignore").rstrip(_EDGES) + suffix
