"""Questions about the labour law lead to the articles that answer them."""

from __future__ import annotations

import uuid

import pytest

from scenarios import labour_law
from scenarios.client import Measured, Pipeline
from scenarios.tokens import mint


@pytest.mark.skipif(
    not labour_law.FOLDER.is_dir(), reason="the shared corpora are not on this machine"
)
def test_right_articles_come_first(pipeline: Pipeline, evidence: Measured) -> None:
    """On AWS: another model's vectors; words alone would do as well on these questions."""
    token = mint(pipeline, sub=f"lawyer-{uuid.uuid4()}")
    ids = [pipeline.upload_one(law, token) for law in labour_law.laws()]
    for document_id in ids:
        assert pipeline.wait_until_settled(document_id, token=token)["status"] == "completed"
    ranks = []
    for question in labour_law.questions():
        answer = pipeline.get("/search", token, q=question.text).raise_for_status().json()
        assert answer["ranking"] == "hybrid"
        ranks.append(labour_law.rank(question, answer["results"]))
    recall, mrr = labour_law.recall(ranks, 5), labour_law.mean_reciprocal_rank(ranks)
    evidence("labour_law_recall_at_5", recall)
    evidence("labour_law_mrr", mrr)
    assert recall >= 0.97
    assert mrr >= 0.93
