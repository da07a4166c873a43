from __future__ import annotations

from uuid import uuid4

import pytest

from processor.database import Connection
from tests.api.conftest import User
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


def test_requests_that_make_no_sense(alice: User) -> None:
    for answer in (alice.get("/documents/not-a-uuid"), alice.get("/documents", limit=0)):
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
