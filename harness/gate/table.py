"""Tables of raw samples: CSV with a line of names, read back or refused by line."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from harness.errors import HarnessError

Row = Mapping[str, str]
_T = TypeVar("_T")


def read(path: Path, what: str, parse: Callable[[Row], _T]) -> tuple[_T, ...]:
    """Return the rows of `path`, each as `parse` has it; none when nobody ever wrote it.

    parse: raises KeyError, TypeError or ValueError for what is no row. what: "a sample of a load
    test". Raises `HarnessError` naming the line.
    """
    if not path.exists():
        return ()
    with path.open(newline="", encoding="utf-8") as file:
        rows = csv.DictReader(file)
        return tuple(_parsed(path, what, parse, rows.line_num, row) for row in rows)


def _parsed(path: Path, what: str, parse: Callable[[Row], _T], line: int, row: Row) -> _T:
    try:
        return parse(row)
    except (KeyError, TypeError, ValueError) as error:
        raise HarnessError(f"{path}:{line} is not {what}; run the gate again") from error
