from __future__ import annotations

from processor.bm25 import index
from processor.chunk import chunk
from processor.pages import Page


def test_each_chunk_has_its_frequencies_and_length() -> None:
    (entry,) = index(chunk([Page(1, "leave request, leave form")]))
    assert dict(entry.postings()) == {"leave": 2, "request": 1, "form": 1}
    assert entry.length == 4


def test_chunk_without_words_has_no_postings() -> None:
    (entry,) = index(chunk([Page(1, "-----")]))
    assert (dict(entry.postings()), entry.length) == ({}, 0)
