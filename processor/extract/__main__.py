"""The child that reads one hostile file.

    python -m processor.extract PATH SUFFIX SECONDS BYTES PARENT

It writes a JSON line for each page and one for the ending, `{"end": …}` or `{"error": …}`; a
child that died wrote none. Imports are few because every document waits for them.
"""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from processor import limits
from processor.decode import MAX_CHARS
from processor.errors import Code, PermanentError, place
from processor.extract import extract
from processor.pages import Page

MAX_SECTIONS = 50_000

_PACKAGE = Path(__file__).parents[1]


def main(arguments: list[str]) -> int:
    """Read the file that the arguments name; always ends with an ending line unless killed."""
    path, suffix, seconds, memory_bytes, parent = arguments
    limits.apply(float(seconds), int(parent), int(memory_bytes))
    _write(_ending(Path(path), suffix))
    return 0


def _ending(path: Path, suffix: str) -> dict[str, Any]:
    try:
        for page in _bounded(extract(path, suffix)):
            _write({"page": asdict(page)})
    except PermanentError as error:
        return {"error": error.code, "detail": error.detail}
    except MemoryError:
        return {"error": Code.OUT_OF_MEMORY, "detail": ""}
    except (SystemExit, KeyboardInterrupt):
        raise
    except (
        BaseException
    ) as error:  # parsers raise anything on damaged files; Rust's panics do so too
        return _unexpected(error)
    return {"end": True}


def _bounded(pages: Iterator[Page]) -> Iterator[Page]:
    total = 0
    for count, page in enumerate(pages, 1):
        total += len(page.text)
        if count > MAX_SECTIONS:
            raise PermanentError(Code.TOO_MANY_PAGES, f"more than {MAX_SECTIONS} sections")
        if total > MAX_CHARS:
            raise PermanentError(Code.TOO_LARGE, f"more than {MAX_CHARS} characters")
        yield page


def _unexpected(error: BaseException) -> dict[str, Any]:
    """Blame the document for what a parser raised, and this program for what it raised itself.

    A parser's error is known by its class or the place; compiled ones have no place of their own.
    The error is told by class and line, since its message might quote the document.
    """
    origin = Path(traceback.extract_tb(error.__traceback__)[-1].filename)
    ours = origin.is_relative_to(_PACKAGE) and type(error).__module__ == "builtins"
    code = Code.INTERNAL_ERROR if ours else Code.MALFORMED
    return {"error": code, "detail": f"{type(error).__name__} at {place(error)}"}


def _write(line: dict[str, Any]) -> None:
    sys.stdout.buffer.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
