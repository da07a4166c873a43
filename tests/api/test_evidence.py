from __future__ import annotations

from api.evidence import ENOUGH_SIMILARITY, MAX_TOKENS, choose
from api.search import Found
from tests.api.test_citations import hit


def found(*contents: str, similarity: float = 0.0) -> Found:
    hits = [hit(content, index) for index, content in enumerate(contents)]
    return Found(hits, None, "hybrid", similarity)


def test_nothing_found_is_no_evidence() -> None:
    assert choose("特別休假？", found(similarity=0.9)) == []


def test_passages_with_other_words_and_another_meaning_are_none() -> None:
    assert choose("如何煮珍珠奶茶？", found("特別休假七日。", "加班費。")) == []


def test_words_or_meaning_are_enough() -> None:
    assert choose("特別休假幾日？", found("特別休假七日。"))
    assert choose("解僱要多久前說？", found("資遣應預告。", similarity=ENOUGH_SIMILARITY))


def test_the_same_text_is_shown_once_where_it_ranks_best() -> None:
    chosen = choose("特別休假", found("特別休假七日。", "休假。", "特別休假七日。"))
    assert [passage.chunk_index for passage in chosen] == [0, 1]


def test_evidence_is_bounded_by_whole_passages() -> None:
    passages = [f"{number}" + "假" * 399 for number in range(100, 120)]
    chosen = choose("特別休假", found("特別休假", *passages))
    assert len(chosen) == 1 + (MAX_TOKENS - 4) // 400
    assert all(len(passage.content) in (4, 402) for passage in chosen)
