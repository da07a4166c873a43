"""What was uploaded is found again, in every language of the company."""

from __future__ import annotations

import pytest

from scenarios.client import Pipeline
from scenarios.documents import markdown

SENTENCES = {
    "zh-TW": "員工申請育嬰留職停薪應於十日前以書面向人資處提出。",
    "ja": "在宅勤務を希望する従業員は前営業日までに所属長へ申請する。",
    "en": "Mileage for a private car is reimbursed at forty cents per kilometre.",
}


@pytest.mark.parametrize("language", SENTENCES)
def test_a_sentence_leads_back_to_its_document(pipeline: Pipeline, language: str) -> None:
    """On AWS: GET /search with a sentence of a completed document answers with that document."""
    sentence = SENTENCES[language]
    document_id = pipeline.upload_one(markdown(sentence, f"{language}.md"))
    assert pipeline.wait_until_settled(document_id)["status"] == "completed"
    results = pipeline.get("/search", q=sentence, limit=5).raise_for_status().json()["results"]
    assert document_id in [result["document_id"] for result in results]
    assert any(sentence in result["content"] for result in results)


def test_a_document_in_work_is_not_found_half(pipeline: Pipeline) -> None:
    """On AWS: chunks become visible with `completed`, all together, never before."""
    document_id = pipeline.upload_one(markdown("夜間加班得申請計程車資。", "加班.md"))
    settled = pipeline.wait_until_settled(document_id)
    results = pipeline.get("/search", q="夜間加班得申請計程車資", limit=50).json()["results"]
    found = [result for result in results if result["document_id"] == document_id]
    assert 0 < len(found) <= settled["chunk_count"]
