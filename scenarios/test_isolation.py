"""Users see their own documents only."""

from __future__ import annotations

from scenarios.client import Pipeline
from scenarios.documents import markdown
from scenarios.tokens import mint

SECRET = "併購案代號為青鳥計畫。"


def test_another_user_neither_lists_reads_nor_finds_it(pipeline: Pipeline) -> None:
    """On AWS: another user's token gets 404 for the document, and no trace of it in lists."""
    stranger = mint(pipeline, sub="somebody-else")
    document_id = pipeline.upload_one(markdown(SECRET))
    assert pipeline.wait_until_settled(document_id)["status"] == "completed"

    assert pipeline.get(f"/documents/{document_id}", stranger).status_code == 404
    assert pipeline.get("/documents", stranger).json() == {
        "documents": [],
        "total": 0,
        "next": None,
    }
    assert pipeline.get("/search", stranger, q=SECRET).json()["results"] == []
    assert pipeline.get("/search", q=SECRET).json()["results"] != []
