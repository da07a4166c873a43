"""Word documents: paragraphs and tables in document order, cut at heading styles.

The text is taken from the XML itself, because python-docx leaves out what is inside of content
controls, tracked insertions and text boxes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from processor import archive
from processor.extract import Sample
from processor.pages import Block, Page, row, sections

SUFFIXES = (".docx",)

_HEADING = re.compile(r"(?:heading|標題|标题|見出し) ?(\d)", re.IGNORECASE)
_MAIN_PART = re.compile(r"word/document\d*\.xml")

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
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
    levels = _levels(document)
    body = _blocks(document.element.body, levels)
    yield from sections(chain(body, _notes(document, levels)))


def _levels(document: Any) -> dict[str, int]:
    """Return the heading level of each style that has one: a title is 1."""
    found = {}
    for style in document.styles.element.iter(f"{_W}style"):
        name = style.find(f"{_W}name")
        if name is not None and (level := _level(name.get(f"{_W}val") or "")):
            found[style.get(f"{_W}styleId")] = level
    return found


def _level(style_name: str) -> int:
    if style_name.lower() == "title":
        return 1
    match = _HEADING.match(style_name)
    return int(match[1]) if match else 0


def _blocks(container: Any, levels: dict[str, int]) -> Iterator[Block]:
    for element in container:
        if element.tag == f"{_W}p":
            yield from _paragraph(element, levels)
        elif element.tag == f"{_W}tbl":
            yield from _rows(element)
        elif element.tag in _TRANSPARENT:
            yield from _blocks(element, levels)


def _paragraph(element: Any, levels: dict[str, int]) -> Iterator[Block]:
    style = element.find(f"{_W}pPr/{_W}pStyle")
    level = 0 if style is None else levels.get(style.get(f"{_W}val"), 0)
    if (text := _text(element)).strip():
        yield Block(text, level)


def _rows(table: Any) -> Iterator[Block]:
    for line in table.iter(f"{_W}tr"):
        if _nearest(line, "tbl") is table and (text := row(map(_cell, _cells(line)))):
            yield Block(text)


def _cells(line: Any) -> Iterator[Any]:
    return (cell for cell in line.iter(f"{_W}tc") if _nearest(cell, "tr") is line)


def _cell(cell: Any) -> str:
    """Return the text of a cell with that of the tables in it; one merged into another has none."""
    return " ".join(map(_text, cell.iter(f"{_W}p")))


def _nearest(element: Any, name: str) -> Any:
    return next(element.iterancestors(f"{_W}{name}"), None)


def _text(paragraph: Any) -> str:
    return "".join(_letters(paragraph)).strip()


def _letters(element: Any) -> Iterator[str]:
    """Yield the text within an element; what is told twice, for older programs, once."""
    for child in element:
        if child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag in _LETTERS:
            yield _LETTERS[child.tag]
        elif child.tag == f"{_W}p":  # in a text box
            yield "\n"
            yield from _letters(child)
        elif child.tag != _FALLBACK:
            yield from _letters(child)


def _notes(document: Any, levels: dict[str, int]) -> Iterator[Block]:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    for relation in document.part.rels.values():
        if relation.reltype.endswith(("/footnotes", "/endnotes")) and not relation.is_external:
            for note in etree.fromstring(relation.target_part.blob, parser):
                yield from _blocks(note, levels)
