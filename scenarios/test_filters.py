"""A search is narrowed by document, type and date, and read page by page."""

from __future__ import annotations

import uuid
from typing import Any

from scenarios.client import Pipeline
from scenarios.documents import markdown
from scenarios.tokens import mint

RULE = "外派人員之搬遷津貼應於到任後三十日內申請。"


def uploaded(pipeline: Pipeline, token: str, *names: str) -> dict[str, str]:
    """Return the ids of completed documents that all hold the rule, by name."""
    ids = {name: pipeline.upload_one(markdown(RULE, name), token) for name in names}
    for document_id in ids.values():
        assert pipeline.wait_until_settled(document_id, token=token)["status"] == "completed"
    return ids


def found(pipeline: Pipeline, token: str, **filters: Any) -> set[str]:
    answer = pipeline.get("/search", token, q=RULE, limit=50, **filters).raise_for_status()
    return {result["file_name"] for result in answer.json()["results"]}


def test_filters_leave_what_they_name(pipeline: Pipeline) -> None:
    """On AWS: filters hold in the database, for what the user owns and nothing else."""
    token = mint(pipeline, sub=f"filters-{uuid.uuid4()}")
    ids = uploaded(pipeline, token, "a.md", "b.md", "c.txt")
    foreign = pipeline.upload_one(markdown(RULE, "foreign.md"))
    assert pipeline.wait_until_settled(foreign)["status"] == "completed"

    assert found(pipeline, token) == set(ids)
    assert found(pipeline, token, document_id=[ids["a.md"], ids["c.txt"]]) == {"a.md", "c.txt"}
    assert found(pipeline, token, file_type="md") == {"a.md", "b.md"}
    assert found(pipeline, token, file_type="text/plain", uploaded_from="2020-01-01") == {"c.txt"}
    assert found(pipeline, token, uploaded_to="2020-01-01") == set()
    assert found(pipeline, token, document_id=foreign) == set()


def test_pages_and_highlights(pipeline: Pipeline) -> None:
    """On AWS: every result once, the words where the answer says they are."""
    token = mint(pipeline, sub=f"pages-{uuid.uuid4()}")
    uploaded(pipeline, token, "a.md", "b.md", "c.md")
    results: list[dict[str, Any]] = []
    offset: int | None = 0
    while offset is not None:
        answer = pipeline.get("/search", token, q="搬遷津貼", limit=1, offset=offset).json()
        results += answer["results"]
        offset = answer["next_offset"]
    assert sorted(result["file_name"] for result in results) == ["a.md", "b.md", "c.md"]
    for result in results:
        [mark] = result["highlights"]
        assert result["content"][mark["start"] : mark["end"]] == "搬遷津貼"
        assert "搬遷津貼" in result["excerpt"]["text"]
