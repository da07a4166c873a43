"""How the demo looks: tables for people, on a terminal and in a log."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from scenarios.demo.figures import Figure
from scenarios.demo.find import Find
from scenarios.demo.timeline import Passage, bars

LOG_WIDTH = 140
OTHER_COLUMNS = 80
NARROWEST_BAR, WIDEST_BAR = 16, 40

console = Console(width=None if sys.stdout.isatty() else LOG_WIDTH)


def line(text: str) -> None:
    console.print(text, highlight=False)


def heading(text: str) -> None:
    console.rule(text)


def timeline(passages: Sequence[Passage]) -> None:
    columns = ("document", "pages", "chunks", "pending", "processing", "status", "timeline")
    width = max(NARROWEST_BAR, min(WIDEST_BAR, console.width - OTHER_COLUMNS))
    rows = [
        (
            passage.file_name,
            "" if passage.pages is None else str(passage.pages),
            str(passage.chunks),
            _seconds(passage.pending_s),
            _seconds(passage.processing_s),
            passage.status,
            bar,
        )
        for passage, bar in zip(passages, bars(passages, width), strict=True)
    ]
    _table("pending ░ → processing █ → completed", columns, rows)


def finds(found: Sequence[Find]) -> None:
    rows = [(find.file_name, find.sentence, str(find.rank or "not found")) for find in found]
    _table("found again by a sentence", ("document", "sentence", "rank"), rows)


def figures(measured: Sequence[Figure]) -> None:
    rows = [
        (
            figure.name,
            "not measured" if figure.value is None else f"{figure.value:.3g} {figure.unit}",
            f"≤ {figure.limit:g} {figure.unit}",
            "" if figure.value is None else "met" if figure.met else "missed",
        )
        for figure in measured
    ]
    _table("measured on this machine, not on AWS", ("what", "measured", "goal", ""), rows)


def _table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    table = Table(title=f"\n{title}", title_justify="left", box=None, pad_edge=False)
    first, *others = columns
    table.add_column(first, overflow="fold")
    for column in others:
        table.add_column(column, overflow="fold", no_wrap=column != "sentence")
    for row in rows:
        table.add_row(*row)
    console.print(table)


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.2f} s"
