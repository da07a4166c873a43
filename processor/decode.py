"""Bytes of a text file to characters, whatever encoding they were saved in."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from processor.errors import Code, PermanentError
from processor.garble import garbled
from processor.tokens import CJK

# Of a file, and of the text in it; four bytes is what a character takes at most.
MAX_TEXT_BYTES = 80_000_000
MAX_CHARS = 20_000_000

_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}

# Japanese mail: pure ASCII to whoever does not know its switches between character sets.
_SWITCH = re.compile(rb"\x1b\$(?:[@B]|\([D@BOPQ])")
_SWITCHED = "iso2022_jp_ext"

# What programs mean by these names: the vendor's superset (WHATWG Encoding, "names and labels").
_SUPERSETS = {
    "big5": "cp950",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
}

# The detector chooses among these only: what office programs of East Asia and the West wrote.
_CANDIDATES = ("big5", "cp950", "big5hkscs", "gb18030", "gb2312", "cp932", "shift_jis", "euc-jp",
               "euc-kr", "cp949", "cp1252")  # fmt: skip
_SAMPLE_BYTES = 200_000
_SAMPLE_CHARS = 500_000

# A text may have that share of broken characters: a file cut within one, a flaw in a million.
_MAX_BROKEN = 0.01
_MIN_BROKEN = 3  # one surrogate, or the half of a letter at the end
_MAX_CONTROLS = 0.01

_CONTROLS = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_FOREIGN_BYTES = re.compile(b"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_WRITING = re.compile(f"[\\s!-~\u00a0-\u017f\u2010-\u2027\u3000-\u303f\uff01-\uff5e{CJK}]")
_MIN_WRITING = 0.9


def read_text(path: Path, declared: str | None = None) -> str:
    """Return the text of a file.

    declared: the encoding that the document itself names, tried after a byte order mark.
    Raises `PermanentError`: `unsupported_type` for binary data, `too_large`.
    """
    size = path.stat().st_size
    if size > MAX_TEXT_BYTES:
        raise PermanentError(Code.TOO_LARGE, f"{size} bytes of text")
    text = decoded(path.read_bytes(), declared)
    if len(text) > MAX_CHARS:
        raise PermanentError(Code.TOO_LARGE, f"{len(text)} characters")
    return text


def decoded(data: bytes, declared: str | None = None) -> str:
    """Return the text that `data` stands for; see `read_text`."""
    marked = next((name for mark, name in _MARKS.items() if data.startswith(mark)), None)
    if marked is None and _SWITCH.search(data[:_SAMPLE_BYTES]):
        marked = _SWITCHED
    for candidate in (marked, "utf-8", _superset(declared)):
        text = _strict(data, candidate)
        if text is not None and _is_text(text):
            return text
    text = _unmarked_utf16(data) or _nearly(data, "utf-8") or _detected(data)
    if text is None or not _is_text(text):
        raise PermanentError(Code.UNSUPPORTED_TYPE, "binary data in a text file")
    return text


def is_text(head: bytes) -> bool:
    """Tell whether a file that begins with `head` can be a text; it may be cut within a letter."""
    if any(head.startswith(mark) for mark in _MARKS):
        return True
    try:
        decoded(head)
    except PermanentError:
        return False
    return True


def _superset(name: str | None) -> str | None:
    try:
        canonical = codecs.lookup(name).name if name else None
    except (LookupError, ValueError):
        return None
    return _SUPERSETS.get(canonical, canonical) if canonical else None


def _strict(data: bytes, encoding: str | None) -> str | None:
    try:
        return data.decode(encoding) if encoding else None
    except (UnicodeError, LookupError):  # LookupError: a codec, but not one of text
        return None


def _is_text(text: str) -> bool:
    head = text[:_SAMPLE_CHARS]
    return len(_CONTROLS.findall(head)) <= _MAX_CONTROLS * len(head)


def _unmarked_utf16(data: bytes) -> str | None:
    """Return UTF-16 text without a mark.

    Its spaces, digits and Chinese punctuation have bytes that no other encoding of text uses.
    Most of it must then be writing, which it is in one order of the bytes only.
    """
    if not _FOREIGN_BYTES.search(data[:_SAMPLE_BYTES]):
        return None
    orders = (_strict(data[: len(data) & ~1], order) for order in ("utf-16-le", "utf-16-be"))
    text = max(filter(None, orders), key=_writing_share, default="")
    return text if _writing_share(text) > _MIN_WRITING and not garbled(text, enough=1) else None


def _writing_share(text: str) -> float:
    head = text[:_SAMPLE_CHARS]
    return len(_WRITING.findall(head)) / max(len(head), 1)


def _nearly(data: bytes, encoding: str) -> str | None:
    text = data.decode(encoding, "replace")
    foreign = len(text) - len(text.encode("ascii", "ignore"))
    bearable = max(_MAX_BROKEN * foreign, _MIN_BROKEN)
    return text if 0 < text.count("\ufffd") <= bearable < foreign else None


def _detected(data: bytes) -> str | None:
    import chardet

    found = chardet.detect(data[:_SAMPLE_BYTES], include_encodings=_CANDIDATES)["encoding"]
    encoding = _superset(found)
    if encoding is None:
        return None
    return _strict(data, encoding) or _strict(data, found) or _nearly(data, encoding)
