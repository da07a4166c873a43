"""Users find their documents again in the list."""

from __future__ import annotations

from scenarios import documents
from scenarios.client import Pipeline, eventually
from scenarios.documents import markdown
from scenarios.tokens import mint


def test_filters_and_pages(pipeline: Pipeline) -> None:
    """On AWS: a page never repeats what the page before had, whatever is uploaded meanwhile."""
    user = mint(pipeline, sub="list-reader")
    names = ["出差 100%.md", "出差_2.md", "請假.md"]
    for name in names:
        pipeline.upload(markdown(name, name), token=user).raise_for_status()
    broken = pipeline.upload(documents.broken_pdf(), token=user).json()["documents"][0]["id"]
    wait_until_settled(pipeline, user, 4)

    def found(**query: object) -> list[str]:
        listed = pipeline.get("/documents", user, **query).json()["documents"]
        return [document["file_name"] for document in listed]

    assert found(status="failed") == ["broken.pdf"]
    assert found(file_type="text/markdown", sort="upload_date") == names
    assert found(file_name="出差", sort="file_name") == names[:2]
    assert found(file_name="%") == names[:1]
    uploaded = pipeline.get(f"/documents/{broken}", user).json()["upload_date"]
    assert found(uploaded_from=uploaded) == ["broken.pdf"]
    assert found(uploaded_to=uploaded, sort="upload_date") == [*names, "broken.pdf"]

    first = pipeline.get("/documents", user, limit=2).json()
    pipeline.upload(markdown("新的。", "新的.md"), token=user).raise_for_status()
    rest = pipeline.get("/documents", user, cursor=first["next"]).json()
    assert [d["file_name"] for d in [*first["documents"], *rest["documents"]]] == [
        "broken.pdf",
        *reversed(names),
    ]
    assert (first["total"], rest["total"], rest["next"]) == (4, 5, None)


def wait_until_settled(pipeline: Pipeline, token: str, documents: int) -> None:
    """Wait until as many documents of a user are completed or failed."""

    def settled() -> bool | None:
        query = {"status": ["completed", "failed"]}
        total: int = pipeline.get("/documents", token, **query).json()["total"]
        return True if total == documents else None

    eventually(settled)
