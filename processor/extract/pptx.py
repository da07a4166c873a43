"""PowerPoint: a page for each slide, then its notes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from processor import archive
from processor.extract import Sample
from processor.pages import Page, row

SUFFIXES = (".pptx",)

_MAX_NESTING = 50
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"


def recognises(sample: Sample) -> bool:
    """Tell whether the file is a zip with PowerPoint's main part in it."""
    return "ppt/presentation.xml" in sample.members


def extract(path: Path) -> Iterator[Page]:
    """Yield one numbered page a slide, its title as heading; one that cannot be read is empty."""
    archive.check(path)
    from pptx import Presentation

    slides = Presentation(str(path)).slides
    for index in range(len(slides)):
        yield _page(slides, index)


def _page(slides: Any, index: int) -> Page:
    try:
        slide = slides[index]
        title = _title(slide)
        text = "\n".join([*_lines(slide.shapes), *_diagrams(slide), *_notes(slide)])
    except MemoryError:
        raise
    except Exception:  # python-pptx trips over parts that are missing or misplaced
        return Page(index + 1, "", unread=True)
    return Page(index + 1, text, (title,) if title else ())


def _title(slide: Any) -> str:
    title = slide.shapes.title
    return "" if title is None else " ".join(title.text_frame.text.split())


def _lines(shapes: Iterable[Any], nesting: int = 0) -> Iterator[str]:
    """Yield the paragraphs and rows of shapes in the order in which they were drawn."""
    for shape in shapes:
        if shape.has_text_frame:
            yield from _paragraphs(shape.text_frame)
        elif getattr(shape, "has_table", False):
            yield from (row(cell.text for cell in line.cells) for line in shape.table.rows)
        elif hasattr(shape, "shapes") and nesting < _MAX_NESTING:
            yield from _lines(shape.shapes, nesting + 1)


def _paragraphs(frame: Any) -> Iterator[str]:
    # A line break within a paragraph is a vertical tab in python-pptx.
    texts = (paragraph.text.replace("\v", "\n").strip() for paragraph in frame.paragraphs)
    return filter(None, texts)


def _diagrams(slide: Any) -> Iterator[str]:
    """Yield the points of SmartArt, which python-pptx does not know."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    for relation in slide.part.rels.values():
        if relation.reltype.endswith("/diagramData") and not relation.is_external:
            for paragraph in etree.fromstring(relation.target_part.blob, parser).iter(f"{_A}p"):
                text = "".join(letters.text or "" for letters in paragraph.iter(f"{_A}t"))
                yield from filter(None, [text.strip()])


def _notes(slide: Any) -> Iterator[str]:
    if slide.has_notes_slide and (frame := slide.notes_slide.notes_text_frame) is not None:
        yield from _paragraphs(frame)
