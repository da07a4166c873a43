from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import EndpointConnectionError

from api.bucket import Bucket
from api.deletion import Deletion
from api.listing import Sort
from api.sandbox import Sandbox
from processor.database import Connection
from processor.documents import object_key
from tests.api.conftest import User, serve
from tests.api.corpus import add_document

FIELDS = {
    "id",
    "file_name",
    "file_type",
    "file_size",
    "status",
    "stage",
    "error_code",
    "error_message",
    "chunk_count",
    "page_count",
    "unread_pages",
    "attempt",
    "retryable",
    "progress",
    "upload_date",
    "started_at",
    "completed_at",
    "updated_at",
}


def test_a_document_shows_its_status(alice: User, connection: Connection) -> None:
    document_id = add_document(connection, "alice", "手冊.txt", ["一", "二"])

    document = alice.get(f"/documents/{document_id}").json()

    assert set(document) == FIELDS
    assert (document["status"], document["chunk_count"]) == ("completed", 2)


def test_a_failed_document_says_why(alice: User, connection: Connection) -> None:
    document_id = add_document(connection, "alice", "a.pdf", [])
    connection.execute(
        "UPDATE documents SET status = 'failed', error_code = 'encrypted',"
        " error_message = '檔案有密碼保護' WHERE id = %s",
        [document_id],
    )

    document = alice.get(f"/documents/{document_id}").json()

    assert (document["error_code"], document["error_message"]) == ("encrypted", "檔案有密碼保護")


@pytest.mark.parametrize("owner", ["alice", None])
def test_documents_of_others_do_not_exist(
    bob: User, connection: Connection, owner: str | None
) -> None:
    document_id = add_document(connection, owner, "secret.txt", ["secret"])

    theirs, unknown = bob.get(f"/documents/{document_id}"), bob.get(f"/documents/{uuid4()}")

    assert theirs.status_code == unknown.status_code == 404
    assert theirs.json() | {"instance": ""} == unknown.json() | {"instance": ""}
    assert bob.get("/documents").json() == {"documents": [], "total": 0, "next": None}


def test_documents_are_listed_newest_first(alice: User, connection: Connection) -> None:
    for age, name in enumerate(["new.txt", "older.txt", "oldest.txt"]):
        document_id = add_document(connection, "alice", name, [])
        connection.execute(
            "UPDATE documents SET upload_date = now() - make_interval(days => %s) WHERE id = %s",
            [age, document_id],
        )

    listing = alice.get("/documents").json()
    page = alice.get("/documents", limit=1, offset=1).json()

    names = [document["file_name"] for document in listing["documents"]]
    assert (names, listing["total"]) == (["new.txt", "older.txt", "oldest.txt"], 3)
    assert [document["file_name"] for document in page["documents"]] == ["older.txt"]
    assert page["total"] == 3


@pytest.mark.parametrize(
    ("status", "stage", "step"),
    [
        ("pending", None, 0),
        ("pending", "embed", 0),
        ("processing", "download", 1),
        ("processing", "embed", 4),
        ("failed", "extract", 2),
        ("completed", "done", 6),
    ],
)
def test_progress_is_the_step_reached(
    alice: User, connection: Connection, status: str, stage: str | None, step: int
) -> None:
    document_id = add_document(connection, "alice", "a.txt", [])
    connection.execute("UPDATE documents SET status = %s, stage = %s", [status, stage])

    document = alice.get(f"/documents/{document_id}").json()

    assert document["progress"] == {"step": step, "steps": 6}


@pytest.fixture
def several(connection: Connection) -> None:
    """Five documents of alice, a day apart, the last one the newest; one of bob."""
    kinds = [("失敗.pdf", "failed"), ("100%.txt", "completed"), ("Report.txt", "completed")]
    kinds += [("report_2.txt", "pending"), ("報告.txt", "processing")]
    for day, (name, status) in enumerate(kinds, start=1):
        document_id = add_document(connection, "alice", name, [])
        connection.execute(
            "UPDATE documents SET status = %s, file_type = %s, upload_date = %s, file_size = %s"
            " WHERE id = %s",
            [
                *(status, "application/pdf" if name.endswith("pdf") else "text/plain"),
                *(f"2026-01-0{day}T12:00:00Z", 100 - day, document_id),
            ],
        )
    add_document(connection, "bob", "Report.txt", [])


NAMES = ["報告.txt", "report_2.txt", "Report.txt", "100%.txt", "失敗.pdf"]


@pytest.mark.usefixtures("several")
@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, NAMES),
        ({"status": "failed"}, NAMES[4:]),
        ({"status": ["pending", "processing"]}, NAMES[:2]),
        ({"file_type": "application/pdf"}, NAMES[4:]),
        ({"file_type": ["pdf", "txt"]}, NAMES),
        ({"uploaded_from": "2026-01-04T12:00:00Z"}, NAMES[:2]),
        ({"uploaded_to": "2026-01-02T19:59:59+08:00"}, NAMES[4:]),
        ({"uploaded_from": "2026-01-02", "uploaded_to": "2026-01-03"}, NAMES[2:4]),
        ({"file_name": "REPORT"}, NAMES[1:3]),
        ({"file_name": "%"}, NAMES[3:4]),
        ({"file_name": "_"}, NAMES[1:2]),
        ({"file_name": "\\"}, []),
        ({"file_name": "失"}, NAMES[4:]),
        ({"file_name": "txt", "status": "completed"}, NAMES[2:4]),
        ({"sort": "upload_date"}, NAMES[::-1]),
        ({"sort": "file_size"}, NAMES),
        ({"sort": "-file_size", "limit": 2}, NAMES[:2:-1]),
    ],
)
def test_the_list_is_filtered_and_sorted(
    alice: User, query: dict[str, Any], names: list[str]
) -> None:
    listing = alice.get("/documents", **query).json()

    assert [document["file_name"] for document in listing["documents"]] == names
    assert listing["total"] == len(names) + (3 if "limit" in query else 0)


@pytest.mark.usefixtures("several")
@pytest.mark.parametrize("sort", Sort)
def test_pages_follow_each_other_whatever_is_uploaded_and_deleted_meanwhile(
    alice: User, connection: Connection, sort: Sort
) -> None:
    whole = alice.get("/documents", sort=sort).json()["documents"]
    first = alice.get("/documents", sort=sort, limit=2).json()
    new = str(add_document(connection, "alice", "new.txt", []))
    alice.delete(f"/documents/{first['documents'][1]['id']}")
    second = alice.get("/documents", cursor=first["next"]).json()

    followed = [document for document in second["documents"] if document["id"] != new]
    assert first["documents"] + followed == whole


def test_documents_of_the_same_moment_are_each_listed_once(
    alice: User, connection: Connection
) -> None:
    with connection.transaction():
        stored = {str(add_document(connection, "alice", "a.txt", [])) for _ in range(7)}

    found, cursor = [], {}
    while True:
        page = alice.get("/documents", limit=3, **cursor).json()
        found += [document["id"] for document in page["documents"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}

    assert (len(found), set(found)) == (7, stored)


def test_the_newest_documents_are_read_from_the_index(connection: Connection) -> None:
    connection.execute(
        "INSERT INTO documents (id, user_id, file_name, file_path, file_type, upload_date)"
        " SELECT gen_random_uuid(), 'u' || n % 4, n::text, '', '', now() - n * interval '1 min'"
        " FROM generate_series(1, 4000) AS n"
    )
    connection.execute("ANALYZE documents")
    query = "EXPLAIN SELECT * FROM documents WHERE user_id = 'u1'"
    for beyond in ("", " AND (upload_date, id) < (now() - interval '1 day', gen_random_uuid())"):
        order = " ORDER BY upload_date DESC, id DESC LIMIT 100"
        plan = "\n".join(row for (row,) in connection.execute(query + beyond + order))
        assert "Index Scan Backward using documents_user_newest" in plan
        assert "Sort" not in plan


def test_a_client_that_has_it_is_spared_the_answer(alice: User, connection: Connection) -> None:
    document_id = add_document(connection, "alice", "a.txt", [])
    for path in ("/documents", f"/documents/{document_id}"):
        full = alice.get(path)
        spared = alice.get(path, headers={"If-None-Match": full.headers["etag"]})
        connection.execute("UPDATE documents SET attempt = attempt + 1")
        changed = alice.get(path, headers={"If-None-Match": full.headers["etag"]})

        assert (full.status_code, spared.status_code, changed.status_code) == (200, 304, 200)
        assert spared.content == b""
        for name in ("etag", "cache-control", "vary"):
            assert spared.headers[name] == full.headers[name]
        assert changed.headers["etag"] != full.headers["etag"]


def test_deletion_only_of_what_the_client_saw(alice: User, connection: Connection) -> None:
    document_id = add_document(connection, "alice", "a.txt", [])
    path = f"/documents/{document_id}"
    seen = {"If-Match": alice.get(path).headers["etag"]}
    connection.execute("UPDATE documents SET stage = 'embed'")

    refused = alice.delete(path, headers=seen)
    seen = {"If-Match": alice.get(path).headers["etag"]}

    assert (refused.status_code, refused.json()["code"]) == (412, "precondition_failed")
    assert alice.delete(path, headers=seen).status_code == 204
    assert alice.delete(path, headers=seen).status_code == 404


def rows(connection: Connection) -> Any:
    return connection.execute(
        "SELECT (SELECT count(*) FROM documents), (SELECT count(*) FROM document_chunks),"
        " (SELECT count(*) FROM postings)"
    ).fetchone()


def versions(bucket: Bucket) -> list[str]:
    answer = bucket.s3.list_object_versions(Bucket=bucket.name)
    return [v["Key"] for kind in ("Versions", "DeleteMarkers") for v in answer.get(kind, [])]


def test_deletion_leaves_nothing(alice: User, connection: Connection, bucket: Bucket) -> None:
    document_id = add_document(connection, "alice", "手冊.txt", ["一", "二"])
    key = object_key(document_id, "手冊.txt")
    connection.execute("UPDATE documents SET file_path = %s", [key])
    for content in (b"1", b"2"):
        bucket.s3.put_object(Bucket=bucket.name, Key=key, Body=content)
    bucket.s3.delete_object(Bucket=bucket.name, Key=key)
    bucket.s3.put_object(Bucket=bucket.name, Key=f"{key}.bak", Body=b"another object")

    answer = alice.delete(f"/documents/{document_id}")

    assert (answer.status_code, answer.content) == (204, b"")
    assert rows(connection) == (0, 0, 0)
    assert versions(bucket) == [f"{key}.bak"]
    assert alice.get(f"/documents/{document_id}").status_code == 404
    assert alice.delete(f"/documents/{document_id}").status_code == 404


@pytest.mark.parametrize("owner", ["alice", None])
def test_documents_of_others_cannot_be_deleted(
    bob: User, connection: Connection, owner: str | None
) -> None:
    document_id = add_document(connection, owner, "a.txt", ["一"])
    before = rows(connection)

    answer = bob.delete(f"/documents/{document_id}")

    assert (answer.status_code, answer.json()["code"]) == (404, "document_not_found")
    assert rows(connection) == before


def test_document_stays_when_its_object_cannot_be_deleted(
    sandbox: Sandbox, connection: Connection
) -> None:
    document_id = add_document(connection, "alice", "a.txt", ["一"])
    before = rows(connection)
    broken = replace(sandbox, delete=Deletion(sandbox.connection, Bucket(UnansweredS3(), "b")))
    alice = User("alice", serve(broken))

    answer = alice.delete(f"/documents/{document_id}")

    assert (answer.status_code, answer.json()["code"]) == (503, "service_unavailable")
    assert rows(connection) == before
    assert alice.get(f"/documents/{document_id}").status_code == 200


class UnansweredS3:
    def get_paginator(self, _: str) -> Any:
        raise EndpointConnectionError(endpoint_url="https://s3")


def test_without_a_bucket_the_row_is_all_there_is(sandbox: Sandbox, connection: Connection) -> None:
    document_id = add_document(connection, "alice", "a.txt", ["一"])
    bare = replace(sandbox, delete=Deletion(sandbox.connection, None))

    assert User("alice", serve(bare)).delete(f"/documents/{document_id}").status_code == 204
    assert rows(connection) == (0, 0, 0)


def test_requests_that_make_no_sense(alice: User) -> None:
    queries = [
        *({"limit": 0}, {"status": "done"}, {"sort": "id"}, {"cursor": "x"}, {"file_name": "\0"}),
        *(
            {"uploaded_from": "0"},
            {"uploaded_from": "2026-13-05"},
            {"file_type": "exe"},
        ),
    ]
    answers = [alice.get("/documents/not-a-uuid"), *(alice.get("/documents", **q) for q in queries)]
    for answer in answers:
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
        (error,) = answer.json()["errors"]
        assert re.fullmatch(r"(path|query)\.[\w.]+", error["field"])
        assert re.fullmatch(r"[^ ]*[\u4e00-\u9fff].*。 [\x20-\x7e]+\.", error["message"])
