"""Rows for whoever reads them: a table on a terminal, tab-separated lines for a program."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text


def print_rows(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print the rows; the title is for people only. A cell may be a `rich.text.Text`."""
    console = Console()
    if console.is_terminal:
        console.print(_table(title, columns, rows))
    else:
        for row in [columns, *rows]:
            print("\t".join(_plain(cell) for cell in row))


def _table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(cell if isinstance(cell, Text) else Text(str(cell)) for cell in row))
    return table


def _plain(cell: object) -> str:
    """Return the cell on one line."""
    return " ".join(str(cell).split())
