"""Word documents: paragraphs and tables in document order, cut at heading styles.

The text is taken from the XML itself, because python-docx leaves out what is inside of content
controls, tracked insertions and text boxes. What readers do not see is left out: deletions, hidden
text, the place that something was moved from. The numbers that Word adds are added.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from processor import archive
from processor.extract import Sample
from processor.numbering import Numbering
from processor.pages import Block, Page, row, sections

SUFFIXES = (".docx",)

_HEADING = re.compile(r"(?:heading|標題|标题|見出し) ?(\d)", re.IGNORECASE)
_MAIN_PART = re.compile(r"word/document\d*\.xml")

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
# Told twice, for older programs; no longer there; how a word is pronounced; how it looks.
_LEFT_OUT = frozenset(
    (_FALLBACK, *(f"{_W}{name}" for name in ("del", "moveFrom", "rt", "pPr", "rPr")))
)
_DELETED_MARK = f"{_W}pPr/{_W}rPr/{_W}del"
_LETTERS = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}

# Blocks that only hold other blocks: content controls, insertions, and the like.
_TRANSPARENT = frozenset(
    f"{_W}{name}" for name in ("sdt", "sdtContent", "customXml", "ins", "moveTo")
)


def recognises(sample: Sample) -> bool:
    """Tell whether the file is a zip with Word's main part in it."""
    return any(map(_MAIN_PART.fullmatch, sample.members))


def extract(path: Path) -> Iterator[Page]:
    """Yield one unnumbered page a section; foot- and endnotes follow the text."""
    archive.check(path)
    from docx import Document

    document = Document(str(path))
    styles = document.styles.element
    reader = _Reader(_levels(styles), Numbering(_part(document, "/numbering"), styles))
    yield from sections(chain(reader.blocks(document.element.body), reader.notes(document)))


def _levels(styles: Any) -> dict[str, int]:
    """Return the heading level of each style that has one: a title is 1."""
    found = {}
    for style in styles.iter(f"{_W}style"):
        name = style.find(f"{_W}name")
        if name is not None and (level := _level(name.get(f"{_W}val") or "")):
            found[style.get(f"{_W}styleId")] = level
    return found


def _level(style_name: str) -> int:
    if style_name.lower() == "title":
        return 1
    match = _HEADING.match(style_name)
    return int(match[1]) if match else 0


@dataclass(frozen=True)
class _Reader:
    """levels: of heading styles. numbering: counts paragraphs as they are read."""

    levels: dict[str, int]
    numbering: Numbering

    def blocks(self, container: Any) -> Iterator[Block]:
        for element in container:
            if element.tag == f"{_W}p":
                yield from self._paragraph(element)
            elif element.tag == f"{_W}tbl":
                yield from self._rows(element)
            elif element.tag in _TRANSPARENT:
                yield from self.blocks(element)

    def notes(self, document: Any) -> Iterator[Block]:
        """Yield the foot- and endnotes."""
        for kind in ("/footnotes", "/endnotes"):
            for note in _part(document, kind) or ():
                yield from self.blocks(note)

    def _paragraph(self, element: Any) -> Iterator[Block]:
        style = element.find(f"{_W}pPr/{_W}pStyle")
        level = 0 if style is None else self.levels.get(style.get(f"{_W}val"), 0)
        if (text := self._text(element)).strip():
            yield Block(text, level)

    def _rows(self, table: Any) -> Iterator[Block]:
        for line in table.iter(f"{_W}tr"):
            if _nearest(line, "tbl") is table and (text := row(map(self._cell, _cells(line)))):
                yield Block(text)

    def _cell(self, cell: Any) -> str:
        """Return the text of a cell with that of its tables; one merged into another has none."""
        return " ".join(map(self._text, cell.iter(f"{_W}p")))

    def _text(self, paragraph: Any) -> str:
        text = "".join(_letters(paragraph)).strip()
        if not text and paragraph.find(_DELETED_MARK) is not None:
            return ""  # the paragraph is gone, so it does not count
        return (self.numbering.label(paragraph) + text).strip()


def _cells(line: Any) -> Iterator[Any]:
    return (cell for cell in line.iter(f"{_W}tc") if _nearest(cell, "tr") is line)


def _nearest(element: Any, name: str) -> Any:
    return next(element.iterancestors(f"{_W}{name}"), None)


def _letters(element: Any) -> Iterator[str]:
    """Yield the text within an element."""
    for child in element:
        if child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag in _LETTERS:
            yield _LETTERS[child.tag]
        elif child.tag == f"{_W}p":  # in a text box
            yield "\n"
            yield from _letters(child)
        elif child.tag not in _LEFT_OUT and not _is_hidden(child):
            yield from _letters(child)


def _is_hidden(element: Any) -> bool:
    vanish = element.find(f"{_W}rPr/{_W}vanish") if element.tag == f"{_W}r" else None
    return vanish is not None and vanish.get(f"{_W}val") not in ("0", "false")


def _part(document: Any, kind: str) -> Any:
    """Return the root of the part that the document is related to by `kind`, None without."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    for relation in document.part.rels.values():
        if relation.reltype.endswith(kind) and not relation.is_external:
            return etree.fromstring(relation.target_part.blob, parser)
    return None
