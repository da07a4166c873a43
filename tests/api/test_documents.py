from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import EndpointConnectionError

from api.bucket import Bucket
from api.deletion import Deletion
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
    "upload_date",
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
    assert bob.get("/documents").json() == {"documents": [], "total": 0}


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
    for answer in (alice.get("/documents/not-a-uuid"), alice.get("/documents", limit=0)):
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
