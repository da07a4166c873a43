from __future__ import annotations

from math import nan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.ranking import fuse

SCORES = st.dictionaries(st.integers(0, 20), st.floats(0.01, 50.0), max_size=12)
SIMILARITIES = st.dictionaries(st.integers(0, 20), st.floats(-1.0, 1.0), max_size=12)


def test_words_weigh_more_than_meaning() -> None:
    assert fuse({1: 10.0, 2: 5.0}, {2: 0.9, 3: 0.1}) == [
        (1, pytest.approx(0.8)),
        (2, pytest.approx(0.4 + 0.2)),
        (3, pytest.approx(0.0)),
    ]


def test_a_weaker_match_of_words_keeps_its_share() -> None:
    """The floor of BM25 is 0, not the weakest candidate: half the score is half the weight."""
    assert dict(fuse({1: 8.0, 2: 4.0}, {}))[2] == pytest.approx(0.4)


def test_one_ranking_alone_keeps_its_order() -> None:
    assert [chunk for chunk, _ in fuse({1: 1.0, 2: 3.0, 3: 2.0}, {})] == [2, 3, 1]
    assert [chunk for chunk, _ in fuse({}, {1: -0.5, 2: 0.5, 3: 0.0})] == [2, 3, 1]


def test_a_single_candidate_gets_the_whole_weight() -> None:
    assert fuse({}, {7: 0.2}) == [(7, pytest.approx(0.2))]
    assert fuse({7: 0.4}, {7: 0.2}) == [(7, pytest.approx(1.0))]


def test_similarity_to_a_vector_without_direction_counts_as_absent() -> None:
    assert fuse({1: 2.0}, {1: nan, 2: nan}) == [(1, pytest.approx(0.8))]


def test_equal_scores_are_ordered_by_id() -> None:
    assert [chunk for chunk, _ in fuse({3: 1.0, 1: 1.0, 2: 1.0}, {})] == [1, 2, 3]


@settings(deadline=None)
@given(SCORES, SIMILARITIES)
def test_every_candidate_is_ranked_once_between_0_and_1(
    lexical: dict[int, float], semantic: dict[int, float]
) -> None:
    ranked = fuse(lexical, semantic)

    assert sorted(chunk for chunk, _ in ranked) == sorted(lexical.keys() | semantic.keys())
    assert all(-1e-9 <= score <= 1 + 1e-9 for _, score in ranked)
    assert [score for _, score in ranked] == sorted((s for _, s in ranked), reverse=True)
