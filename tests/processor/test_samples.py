"""The sample documents are what their texts say, and the processor reads exactly that."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from processor.reader import read
from samples import build

NAMES = list(build.SAMPLES)
PAGE_NUMBER = re.compile(r"^- \d+ -$", re.MULTILINE)


def letters(text: str) -> str:
    """Return `text` without white space and the marks of Markdown."""
    return re.sub(r"[\s#`-]", "", text)


def test_committed_samples_are_up_to_date(tmp_path: Path) -> None:
    build.build(tmp_path)
    stale = [
        name for name in NAMES if (tmp_path / name).read_bytes() != (build.HERE / name).read_bytes()
    ]
    assert stale == [], "run `python samples/build.py`"


@pytest.mark.parametrize("name", NAMES)
def test_every_letter_is_extracted(name: str) -> None:
    pages = read(build.HERE / name, name, 300)
    found = "\n".join(PAGE_NUMBER.sub("", page.text) for page in pages)
    written = (build.TEXTS / build.SAMPLES[name][0]).read_text(encoding="utf-8")
    title = next(build.lines(build.TEXTS / build.SAMPLES[name][0])).text
    expected = letters(written)
    # A web page tells its title once more, in its head.
    assert letters(found) in {expected, letters(title) + expected}


@pytest.mark.parametrize("name", NAMES)
def test_samples_are_small(name: str) -> None:
    assert (build.HERE / name).stat().st_size < 60_000
