from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from processor.chunk import MAX_CHARS, MAX_TOKENS, chunk, document_text
from processor.pages import Page

SENTENCE = "員工應於請假前三個工作日提出申請，並經主管核准後始得休假。"

# Letters of several scripts, marks that belong to the letter before, ends of sentences, spaces.
_LETTERS = st.sampled_from(
    [*"abcXYZ0189 \n\t.,!?:;()。，！？、「」請假給付かなカナ한글αж", "é", "e\u0301", "𠮷", "👩‍💻"]
)
_WORDS = st.lists(_LETTERS, max_size=400).map("".join)
_RUNS = st.builds(lambda letter, times: letter * times, _LETTERS, st.integers(1, 5000))
_MARKS = st.sampled_from(
    [
        "\n第一章 總則\n",
        "\n第二條 員工\n",
        "\n第 30-1 條\n",
        "\n（目的）\n第三条　",
        "\nArticle 4\n",
        "\n§ 5 ",
    ]
)
_TEXTS = st.lists(st.one_of(_WORDS, _RUNS, _MARKS), max_size=8).map("".join)
_HEADINGS = st.sampled_from([(), ("總則",), ("總則", "請假")])
_PAGES = st.lists(st.builds(Page, st.integers(1, 9), _TEXTS, _HEADINGS), max_size=6)


@given(_PAGES)
@example([Page(1, "a" * 5000)])
@example([Page(1, SENTENCE * 100)])
def test_nothing_is_lost(pages: list[Page]) -> None:
    text = document_text(pages)
    covered = {place for c in chunk(pages) for place in range(c.char_start, c.char_end)}
    assert all(place in covered for place, letter in enumerate(text) if not letter.isspace())


@given(_PAGES)
@example([Page(1, "\u0301" * 5000)])
def test_offsets_reproduce_the_content(pages: list[Page]) -> None:
    text = document_text(pages)
    assert all(text[c.char_start : c.char_end] == c.content for c in chunk(pages))


@given(_PAGES)
def test_nothing_is_over_the_caps(pages: list[Page]) -> None:
    for c in chunk(pages):
        assert 0 < len(c.content) <= MAX_CHARS
        assert 0 < c.tokens <= MAX_TOKENS


@given(_PAGES)
def test_every_chunk_adds_text_and_stays_in_its_section(pages: list[Page]) -> None:
    chunks = chunk(pages)
    assert [c.index for c in chunks] == list(range(len(chunks)))
    for before, after in pairwise(chunks):
        assert before.char_end < after.char_end
        if before.heading != after.heading:
            assert before.char_end <= after.char_start


@given(_PAGES)
def test_letters_keep_their_marks(pages: list[Page]) -> None:
    text = document_text(pages)
    for c in chunk(pages):
        if c.char_start and not text[c.char_start - 1].isspace():
            assert not unicodedata.combining(c.content[0])


@given(_PAGES)
def test_chunks_are_deterministic(pages: list[Page]) -> None:
    assert chunk(pages) == chunk(pages)


def test_sentences_stay_whole_and_neighbours_overlap() -> None:
    chunks = chunk([Page(1, SENTENCE * 40)])
    assert all(c.content.startswith("員工") and c.content.endswith("休假。") for c in chunks)
    shared = {before.char_end - after.char_start for before, after in pairwise(chunks)}
    assert shared == {len(SENTENCE)}


def test_chunk_knows_its_pages_and_heading() -> None:
    pages = [Page(1, "請假"), Page(2, "加班"), Page(3, "出差", ("差旅", "國內"))]
    spans = [(c.page_from, c.page_to, c.heading) for c in chunk(pages)]
    assert spans == [(1, 2, None), (3, 3, "差旅 > 國內")]


def test_format_without_pages_has_no_page_span() -> None:
    (only,) = chunk([Page(None, "純文字")])
    assert (only.page_from, only.page_to) == (None, None)


@given(
    st.lists(
        st.sampled_from(["👩‍💻", "👍🏽", "e\u0301\u0323", "🇹🇼", "請"]), min_size=200, max_size=900
    )
)
def test_emoji_stay_whole(letters: list[str]) -> None:
    text = "".join(letters)
    begins = {0}
    for letter in letters:
        begins.add(max(begins) + len(letter))
    begins |= {place + 1 for place in begins if text[place : place + 2] == "🇹🇼"}
    assert {c.char_start for c in chunk([Page(1, text)])} <= begins


@pytest.mark.parametrize(
    "letter",
    [
        "!",
        "。",
        "\n",
        "\n ",
        "\u0301",
        "a",
        " ",
        "👩‍💻",
        "!\n",
        "第一條 ",
        "第",
        "\n第一條\n",
        "（a）\n",
        "#",
        "§1",
    ],
)
def test_long_runs_take_linear_time(letter: str) -> None:
    """Would not end within a day if a pattern were tried anew at each letter of the run."""
    chunk([Page(1, letter * (600_000 // len(letter)) + "x")])


def test_empty_document_has_no_chunks() -> None:
    assert chunk([]) == []
    assert chunk([Page(1, " \n "), Page(2, "")]) == []
