"""Bytes of a text file to characters, whatever encoding they were saved in."""

from __future__ import annotations

import codecs
from pathlib import Path

from processor.errors import Code, PermanentError

_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}

# In the order in which they are preferred when several read equally well. EUC-JP is missing: the
# detector takes it for Korean, and with it in the list it would still do so.
_ENCODINGS = ["big5", "cp950", "gb18030", "cp932", "euc_kr", "cp1252"]


def read_text(path: Path, declared: str | None = None) -> str:
    """Return the text of a file.

    declared: the encoding that the document itself names, tried after a byte order mark.
    Raises `PermanentError` with `unsupported_type` for binary data.
    """
    data = path.read_bytes()
    for candidate in (_marked(data), declared, "utf-8"):
        text = _decoded(data, candidate)
        if text is not None and "\x00" not in text:
            return text
    if b"\x00" in data:
        raise PermanentError(Code.UNSUPPORTED_TYPE, "binary data in a text file")
    return _detected(data)


def _marked(data: bytes) -> str | None:
    return next((name for mark, name in _MARKS.items() if data.startswith(mark)), None)


def _decoded(data: bytes, encoding: str | None) -> str | None:
    try:
        return data.decode(encoding) if encoding else None
    except (UnicodeDecodeError, LookupError):
        return None


def _detected(data: bytes) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(data, cp_isolation=_ENCODINGS).best()
    if best is None:
        raise PermanentError(Code.UNSUPPORTED_TYPE, "text in an unknown encoding")
    return str(best)
