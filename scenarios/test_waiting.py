"""A client follows a document without asking again and again: entity tags and `Prefer: wait`."""

from __future__ import annotations

from collections.abc import Iterator

import httpx

from scenarios import documents
from scenarios.client import SETTLED, Pipeline
from scenarios.documents import markdown

STATUSES = ["pending", "processing", "completed"]
MOST_CHANGES = 10  # recorded, claimed, six stages, completed; one to spare
PATIENCE = 5  # waits of 20 s without a change: the machine may be busy


def followed(pipeline: Pipeline, path: str) -> Iterator[httpx.Response]:
    """Yield the document at `path` in each state that a waiting client sees, to the last."""
    answer = pipeline.get(path)
    yield answer
    in_vain = 0
    while answer.json()["status"] not in SETTLED:
        waiting = {"If-None-Match": answer.headers["etag"], "Prefer": "wait=20"}
        found = pipeline.http.get(path, headers={**pipeline.bearer(), **waiting})
        assert found.headers["preference-applied"] == "wait=20"
        if found.status_code == 200:
            yield (answer := found)
        elif (in_vain := in_vain + 1) == PATIENCE:
            raise TimeoutError(f"still {answer.json()['status']} after {PATIENCE} waits")


def test_each_answer_comes_with_a_change(pipeline: Pipeline) -> None:
    """On AWS: one request a change at most, each held open by a sandbox of its own."""
    path = f"/documents/{pipeline.upload_one(documents.handbook())}"

    seen = list(followed(pipeline, path))

    statuses = [answer.json()["status"] for answer in seen]
    assert statuses == sorted(statuses, key=STATUSES.index)
    assert statuses[-1] == "completed"
    assert len({answer.headers["etag"] for answer in seen}) == len(seen) <= MOST_CHANGES


def test_what_a_client_has_is_not_sent_again(pipeline: Pipeline) -> None:
    """On AWS: the gateway passes 304 on, without a body; so it does after waiting in vain."""
    document_id = pipeline.upload_one(markdown("不再變更。"))
    pipeline.wait_until_settled(document_id)
    for path in (f"/documents/{document_id}", "/documents"):
        tag = pipeline.get(path).headers["etag"]
        for more in ({}, {"Prefer": "wait=1"}):
            known = {**pipeline.bearer(), "If-None-Match": f'"other", {tag}', **more}
            answer = pipeline.http.get(path, headers=known)
            assert (answer.status_code, answer.content) == (304, b"")
            assert answer.headers["etag"] == tag
            assert answer.headers["cache-control"] == "private, no-cache"
