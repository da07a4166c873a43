"""Excel workbooks: a page for each visible sheet, a line for each row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time
from functools import reduce
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from processor import archive
from processor.errors import Code, PermanentError
from processor.extract import Sample
from processor.pages import Page, row

SUFFIXES = (".xlsx",)

# calamine fills the rectangle that a sheet claims to use, 24 bytes a cell.
MAX_CELLS = 20_000_000

_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
_EXTENT = re.compile(rb"<(?:\w+:)?dimension [^>]*ref=\"([A-Z]+)([0-9]+):([A-Z]+)([0-9]+)\"")
_EXTENT_WITHIN = 8192


def recognises(sample: Sample) -> bool:
    """Tell whether the file is a zip with Excel's main part in it."""
    return "xl/workbook.xml" in sample.members


def extract(path: Path) -> Iterator[Page]:
    """Yield a page for each sheet, numbered from 1, the sheet's name as its heading.

    What the workbook hides from its readers is left out; a sheet that cannot be read is empty.
    """
    archive.check(path)
    _check_extents(path)
    from python_calamine import CalamineWorkbook, SheetVisibleEnum

    with CalamineWorkbook.from_path(str(path)) as workbook:
        for index, sheet in enumerate(workbook.sheets_metadata):
            if sheet.visible == SheetVisibleEnum.Visible:
                yield _page(workbook, index, sheet.name)


def _check_extents(path: Path) -> None:
    with ZipFile(path) as opened:
        for name in filter(_SHEET.fullmatch, opened.namelist()):
            with opened.open(name) as part:
                extent = _EXTENT.search(part.read(_EXTENT_WITHIN))
            if extent and _cells(*extent.groups()) > MAX_CELLS:
                raise PermanentError(Code.TOO_LARGE, f"a sheet of {_cells(*extent.groups())} cells")


def _cells(left: bytes, top: bytes, right: bytes, bottom: bytes) -> int:
    return (_column(right) - _column(left) + 1) * (int(bottom) - int(top) + 1)


def _column(letters: bytes) -> int:
    return reduce(lambda number, letter: 26 * number + letter - 64, letters, 0)


def _page(workbook: Any, index: int, name: str) -> Page:
    from python_calamine import CalamineError

    try:
        lines = (
            row(map(_written, cells)) for cells in workbook.get_sheet_by_index(index).iter_rows()
        )
        return Page(index + 1, "\n".join(filter(None, lines)), (name,))
    except CalamineError:
        return Page(index + 1, "", (name,), unread=True)


def _written(value: Any) -> str:
    """Return a cell as its reader would write it."""
    match value:
        case bool():
            return "TRUE" if value else "FALSE"
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case datetime():
            return value.isoformat(" ", "minutes")
        case date() | time():
            return value.isoformat()
        case _:
            return str(value)
