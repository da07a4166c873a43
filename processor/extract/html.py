"""HTML: the visible text, cut at its headings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from processor.decode import read_text
from processor.extract import Sample
from processor.pages import Block, Page, sections

SUFFIXES = (".html", ".htm")

_HIDDEN = frozenset({"script", "style", "template", "noscript", "svg"})
_INLINE = frozenset(
    {"a", "abbr", "b", "bdi", "bdo", "cite", "code", "data", "del", "dfn", "em", "font", "i"}
    | {"ins", "kbd", "label", "mark", "q", "rp", "rt", "ruby", "s", "samp", "small", "span"}
    | {"strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr"}
)
_CELLS = frozenset({"td", "th"})
_HEADINGS = {f"h{level}": level for level in range(1, 7)}

_OPENING = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html)\b",
    re.IGNORECASE | re.DOTALL,
)
_CHARSET = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)
_SPACE = re.compile(r"\s+")


def recognises(sample: Sample) -> bool:
    """Tell whether the file opens as an HTML document."""
    return _OPENING.match(sample.head) is not None


def extract(path: Path) -> Iterator[Page]:
    """Yield one unnumbered page a section."""
    with path.open("rb") as file:
        declared = _CHARSET.search(file.read(4096))
    yield from sections(blocks(read_text(path, declared[1].decode() if declared else None)))


def blocks(source: str) -> list[Block]:
    """Return the visible paragraphs of a web page."""
    reader = _Reader()
    reader.feed(source)
    reader.close()
    reader.end_block()
    return reader.blocks


class _Reader(HTMLParser):
    """Collects one block for each block element that has text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self._text: list[str] = []
        self._level = 0
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _HIDDEN:
            self._hidden += 1
        elif tag in _CELLS:
            self._text.append(" | " if self._text else "")
        elif tag not in _INLINE:
            self.end_block()
            self._level = _HEADINGS.get(tag, 0)

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN:
            self._hidden = max(self._hidden - 1, 0)
        elif tag not in _INLINE and tag not in _CELLS:
            self.end_block()

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self._text.append(data)

    def end_block(self) -> None:
        """Close the current block."""
        text = _SPACE.sub(" ", "".join(self._text)).strip(" |")
        if text:
            self.blocks.append(Block(text, self._level))
        self._text, self._level = [], 0
