"""The numbers that Word puts before paragraphs by itself; the text of the file does not have them.

A statute written with automatic numbers would lose its 第…條 otherwise, and with them the articles
by which it is cut and cited. Rules: ECMA-376 part 1, 17.9. Whatever is missing or damaged in the
definitions means a paragraph without a number.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from processor.numerals import numeral

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PLACE = re.compile(r"%([1-9])")
_MAX_LEVEL = 8
_MAX_NUMBER = 1_000_000

# Between such a sign and the text there is no space: 一、請假.
_CLOSING = "、。．，：；）」』】"


@dataclass(frozen=True)
class _Level:
    """text: "第%1條". restart: levels up to it let this one begin anew, None for all above it."""

    start: int
    number_format: str
    text: str
    restart: int | None
    legal: bool
    style: str


@dataclass(frozen=True)
class _List:
    """What a `w:num` stands for: levels of an abstract list, some of them overridden."""

    abstract: str
    levels: Mapping[int, _Level]
    starts: Mapping[int, int]


@dataclass(frozen=True)
class _Style:
    """number: id of its list. level: None where the list names the style in one of its levels."""

    above: str | None
    number: str | None
    level: int | None


class Numbering:
    """Counts paragraphs, which must be asked for in the order of the document, each once.

    numbering, styles: root elements of these parts, None where a document has none.
    """

    def __init__(self, numbering: Any, styles: Any) -> None:
        self._lists = {} if numbering is None else dict(_lists(numbering))
        self._styles = {} if styles is None else dict(_styles(styles))
        self._counts: defaultdict[str, dict[int, int]] = defaultdict(dict)
        self._begun: set[tuple[str, int]] = set()

    def label(self, paragraph: Any) -> str:
        """Return what stands before the text of a paragraph, with its space; "" if nothing does."""
        number, level = self._place(paragraph.find(f"{_W}pPr"))
        found = self._lists.get(number)
        if found is None or level not in found.levels:
            return ""
        counts = self._count(number, found, level)
        text = _label(found, counts, level)
        return text if not text or text[-1] in _CLOSING else f"{text} "

    def _place(self, properties: Any) -> tuple[str, int]:
        """Return (id of the list, level); the id is "" for a paragraph of no list."""
        if properties is None:
            return "", 0
        number, level = _numbers(properties)
        if number is None:
            style = _value(properties.find(f"{_W}pStyle"))
            number, styled = self._of_style(style) if style else ("", 0)
            level = styled if level is None else level
        return number, level or 0

    def _of_style(self, name: str) -> tuple[str, int]:
        level: int | None = None
        for style in self._line(name):
            level = style.level if level is None else level
            if style.number is not None:
                return style.number, self._linked_level(style.number, name, level)
        return "", 0

    def _line(self, name: str | None) -> Iterator[_Style]:
        """Yield a style and those it is based on."""
        seen: set[str] = set()
        while name and name in self._styles and name not in seen:
            seen.add(name)
            yield self._styles[name]
            name = self._styles[name].above

    def _linked_level(self, number: str, style: str, level: int | None) -> int:
        found = self._lists.get(number)
        levels = found.levels if found else {}
        linked = (place for place, each in levels.items() if each.style == style)
        return next(linked, level or 0)

    def _count(self, number: str, found: _List, level: int) -> dict[int, int]:
        """Count one more paragraph of a level, and let the levels below begin anew."""
        counts = self._counts[found.abstract]
        first = (number, level) not in self._begun
        self._begun.add((number, level))
        if first and level in found.starts:
            counts[level] = found.starts[level]
        elif level in counts:
            counts[level] = min(counts[level] + 1, _MAX_NUMBER)
        else:
            counts[level] = found.levels[level].start
        for below in [place for place in counts if place > level]:
            restart = found.levels[below].restart if below in found.levels else None
            if restart is None or level < restart:
                del counts[below]
        return counts


def _label(found: _List, counts: Mapping[int, int], level: int) -> str:
    """Return the text of a level with the numbers of all levels that it names."""
    own = found.levels[level]

    def number(match: re.Match[str]) -> str:
        place = int(match[1]) - 1
        named = found.levels.get(place)
        if named is None or place > level:
            return ""
        shown = "decimal" if own.legal else named.number_format
        return numeral(counts.get(place, named.start), shown)

    return "" if own.number_format == "bullet" else _PLACE.sub(number, own.text).strip()


def _lists(numbering: Any) -> Iterator[tuple[str, _List]]:
    abstract = {_attribute(each, "abstractNumId"): each for each in _all(numbering, "abstractNum")}
    by_style = {
        _value(link): identifier
        for identifier, each in abstract.items()
        if (link := each.find(f"{_W}styleLink")) is not None
    }
    for number in _all(numbering, "num"):
        identifier = _value(number.find(f"{_W}abstractNumId"))
        link = abstract[identifier].find(f"{_W}numStyleLink") if identifier in abstract else None
        identifier = by_style.get(_value(link), identifier)
        if identifier in abstract:
            yield _attribute(number, "numId"), _list(number, identifier, abstract[identifier])


def _list(number: Any, identifier: str, abstract: Any) -> _List:
    levels, starts = dict(_levels(abstract)), {}
    for override in _all(number, "lvlOverride"):
        levels |= dict(_levels(override))
        start = override.find(f"{_W}startOverride")
        if start is not None:
            starts[_whole(_attribute(override, "ilvl"), 0)] = _whole(_value(start), 1)
    return _List(identifier, levels, starts)


def _levels(parent: Any) -> Iterator[tuple[int, _Level]]:
    for element in _all(parent, "lvl"):
        place = _whole(_attribute(element, "ilvl"), 0)
        if place <= _MAX_LEVEL:
            yield place, _level(element)


def _level(element: Any) -> _Level:
    def value(name: str) -> str:
        return _value(element.find(f"{_W}{name}"))

    restart, legal = element.find(f"{_W}lvlRestart"), element.find(f"{_W}isLgl")
    return _Level(
        start=_whole(value("start"), 0),
        number_format=_value(next(element.iter(f"{_W}numFmt"), None)) or "decimal",
        text=value("lvlText"),
        restart=None if restart is None else _whole(_value(restart), 0),
        legal=legal is not None and _value(legal) not in ("0", "false"),
        style=value("pStyle"),
    )


def _styles(styles: Any) -> Iterator[tuple[str, _Style]]:
    for style in _all(styles, "style"):
        above = _value(style.find(f"{_W}basedOn")) or None
        properties = style.find(f"{_W}pPr")
        number, level = (None, None) if properties is None else _numbers(properties)
        yield _attribute(style, "styleId"), _Style(above, number, level)


def _numbers(properties: Any) -> tuple[str | None, int | None]:
    """Return (id of the list, level) as far as paragraph properties say them."""
    number = properties.find(f"{_W}numPr/{_W}numId")
    level = properties.find(f"{_W}numPr/{_W}ilvl")
    return (
        None if number is None else _value(number),
        None if level is None else _whole(_value(level), 0),
    )


def _all(parent: Any, name: str) -> Any:
    return parent.findall(f"{_W}{name}")


def _attribute(element: Any, name: str) -> str:
    return element.get(f"{_W}{name}") or ""


def _value(element: Any) -> str:
    return "" if element is None else _attribute(element, "val")


def _whole(text: str, default: int) -> int:
    """Return a number as far as a document needs it, `default` for what is none."""
    if not re.fullmatch(r"[0-9]{1,9}", text, re.ASCII):
        return default
    return min(int(text), _MAX_NUMBER)
