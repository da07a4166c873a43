"""Files go to S3 without passing the gateway, and are processed like all others."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from scenarios.client import Pipeline
from scenarios.documents import Document, large_pdf, markdown
from scenarios.tokens import mint


@pytest.fixture
def storage() -> Any:
    """A client of S3 as a browser is one: it has presigned requests and nothing else."""
    with httpx.Client(timeout=60.0) as client:
        yield client


def store(storage: httpx.Client, issued: dict[str, Any], document: Document) -> httpx.Response:
    if issued["method"] == "PUT":
        headers = {k: v for k, v in issued["headers"].items() if k != "Content-Length"}
        return storage.put(issued["url"], headers=headers, content=document.content)
    file = {"file": (document.name, document.content)}
    return storage.post(issued["url"], data=issued["fields"], files=file)


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_the_event_of_the_object_starts_the_processor(
    pipeline: Pipeline, storage: httpx.Client, method: str
) -> None:
    """On AWS: listed as pending from the start; the object is enough, nothing has to be said."""
    document = markdown("直接上傳的文件也會處理。", "直傳 (1)+.md")
    issued = pipeline.presign(document, method)
    assert pipeline.get(f"/documents/{issued['id']}").json()["status"] == "pending"

    assert store(storage, issued, document).is_success

    settled = pipeline.wait_until_settled(issued["id"])
    assert (settled["status"], settled["file_name"]) == ("completed", document.name)
    assert settled["file_size"] == len(document.content)
    assert pipeline.post(f"/upload/{issued['id']}/complete").json()["status"] == "completed"


def test_a_second_put_does_not_replace_the_first(pipeline: Pipeline, storage: httpx.Client) -> None:
    """On AWS: 412, by the signed header If-None-Match."""
    document = markdown("只能上傳一次。")
    issued = pipeline.presign(document, "PUT")
    assert store(storage, issued, document).is_success
    assert store(storage, issued, document).status_code == 412


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_what_was_not_announced_is_refused(
    pipeline: Pipeline, storage: httpx.Client, method: str
) -> None:
    """On AWS: S3 refuses another size and another type, and stores nothing."""
    document = markdown("只收宣告過的檔案。")
    larger = Document(document.name, document.content + b"!")
    issued = pipeline.presign(document, method)
    named = "headers" if method == "PUT" else "fields"
    other = {**issued, named: {**issued[named], "Content-Type": "text/html"}}

    refused = [store(storage, issued, larger), store(storage, other, document)]

    assert all(answer.status_code in {400, 403} for answer in refused)
    assert pipeline.post(f"/upload/{issued['id']}/complete").json()["code"] == "upload_incomplete"


def test_a_part_has_the_size_that_was_announced(pipeline: Pipeline, storage: httpx.Client) -> None:
    """On AWS: 403, so an upload cannot become larger than it was allowed to be."""
    issued = pipeline.presign(markdown("分段大小固定。"), "multipart")
    (part,) = issued["parts"]
    assert storage.put(part["url"], content=bytes(part["size"] + 1)).status_code == 403


def test_a_file_that_the_gateway_does_not_take_goes_in_parts(
    pipeline: Pipeline, storage: httpx.Client
) -> None:
    """On AWS: 413 from the gateway; as a multipart upload one event, at its completion."""
    document = large_pdf(9_000_000, "Orchids are watered on Thursdays only.")
    assert pipeline.upload(document).status_code == 413
    issued = pipeline.presign(document, "multipart")
    first, second = issued["parts"]
    path = f"/upload/{issued['id']}/complete"

    parts = []
    content = memoryview(document.content)
    for part, piece in ((first, content[: first["size"]]), (second, content[first["size"] :])):
        answer = storage.put(part["url"], content=bytes(piece)).raise_for_status()
        parts.append({"part_number": part["part_number"], "etag": answer.headers["ETag"]})
        if part is first:
            assert pipeline.post(path).json()["code"] == "upload_incomplete"
    assert pipeline.post(path, mint(pipeline, sub="somebody-else")).status_code == 404
    assert pipeline.post(path, json={"parts": parts[::-1]}).json()["code"] == "invalid_parts"
    assert pipeline.post(path, json={"parts": parts}).status_code == 200

    assert pipeline.wait_until_settled(issued["id"])["status"] == "completed"
    found = pipeline.get("/search", q="When are orchids watered?").json()["results"]
    assert found[0]["document_id"] == issued["id"]


def test_what_is_deleted_cannot_be_completed(pipeline: Pipeline, storage: httpx.Client) -> None:
    """On AWS: deletion aborts the multipart upload, and its parts are gone."""
    document = markdown("未完成即刪除。")
    issued = pipeline.presign(document, "multipart")
    storage.put(issued["parts"][0]["url"], content=document.content).raise_for_status()
    path = f"/documents/{issued['id']}"
    assert pipeline.http.delete(path, headers=pipeline.bearer()).status_code == 204
    assert pipeline.post(f"/upload/{issued['id']}/complete").status_code == 404
    assert storage.put(issued["parts"][0]["url"], content=document.content).is_error
