from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

import httpx
import pytest

from api.bucket import Bucket, StoredObject
from api.event_driven import EventDriven
from api.sandbox import Sandbox
from processor.database import Connection
from processor.documents import parse_object_key
from tests.api.conftest import User, authorization, nowhere, serve

PDF = b"%PDF-1.7\nsmall but enough"
TEXT = "特別休假依年資計算。".encode()


def versions(bucket: Bucket) -> list[dict[str, Any]]:
    listing = bucket.s3.list_object_versions(Bucket=bucket.name)
    return listing.get("Versions", []) + listing.get("DeleteMarkers", [])


def rows(connection: Connection) -> list[tuple[Any, ...]]:
    return connection.execute("SELECT file_name, user_id, status FROM documents").fetchall()


def test_upload_answers_as_the_report_says(alice: User) -> None:
    answer = alice.upload(("員工手冊.pdf", PDF))

    assert answer.status_code == 200
    body = answer.json()
    assert (body["status"], body["message"]) == ("success", "上傳成功")
    assert [d["file_name"] for d in body["documents"]] == ["員工手冊.pdf"]
    assert [d["status"] for d in body["documents"]] == ["pending"]


def test_upload_stores_the_very_bytes_under_the_documents_key(alice: User, bucket: Bucket) -> None:
    content = PDF + bytes(range(256)) * 8192  # more than the spool keeps in memory

    document = alice.upload(("請假 (1)+v2.pdf", content)).json()["documents"][0]

    key = f"uploads/{document['id']}_請假 (1)+v2.pdf"
    stored = bucket.s3.get_object(Bucket=bucket.name, Key=key)
    assert stored["ContentType"] == "application/pdf"
    assert hashlib.sha256(stored["Body"].read()).digest() == hashlib.sha256(content).digest()


def test_upload_records_the_document(alice: User, connection: Connection) -> None:
    document = alice.upload(("a.txt", TEXT)).json()["documents"][0]

    row = connection.execute(
        "SELECT user_id, file_path, file_type, file_size, status FROM documents WHERE id = %s",
        [document["id"]],
    ).fetchone()
    key = f"uploads/{document['id']}_a.txt"
    assert row == ("alice", key, "text/plain", len(TEXT), "pending")


def test_several_files_are_answered_in_their_order(alice: User, bucket: Bucket) -> None:
    answer = alice.upload(("b.pdf", PDF), ("a.txt", TEXT), ("c.md", TEXT))

    assert [d["file_name"] for d in answer.json()["documents"]] == ["b.pdf", "a.txt", "c.md"]
    assert len(versions(bucket)) == 3


def test_a_bad_file_does_not_stop_the_others(
    alice: User, bucket: Bucket, connection: Connection
) -> None:
    answer = alice.upload(("a.pdf", PDF), ("../b.exe", b"MZ"), ("c.txt", TEXT), ("d.md", b""))

    body = answer.json()
    assert (answer.status_code, body["status"]) == (207, "partial")
    assert [(d["file_name"], d["status"]) for d in body["documents"]] == [
        ("a.pdf", "pending"),
        ("c.txt", "pending"),
    ]
    assert [(r["file_name"], r["code"], r["status"]) for r in body["rejected"]] == [
        ("../b.exe", "unsupported_type", 415),
        ("d.md", "empty_file", 422),
    ]
    assert all(r["title"] and r["detail"] for r in body["rejected"])
    assert len(versions(bucket)) == len(rows(connection)) == 2


def test_nothing_but_bad_files_is_a_problem_that_lists_them(
    alice: User, bucket: Bucket, connection: Connection
) -> None:
    answer = alice.upload(("a.pdf", b""), ("b.exe", b"MZ"))

    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "empty_file")
    assert [(r["file_name"], r["code"]) for r in problem["rejected"]] == [
        ("a.pdf", "empty_file"),
        ("b.exe", "unsupported_type"),
    ]
    assert (versions(bucket), rows(connection)) == ([], [])


def test_the_same_file_twice_is_two_documents(
    alice: User, bob: User, bucket: Bucket, connection: Connection
) -> None:
    """In one request, in two, and from two users: nobody's replaces anybody else's."""
    answers = [alice.upload(("a.txt", TEXT), ("a.txt", TEXT)), alice.upload(("a.txt", TEXT))]
    answers.append(bob.upload(("a.txt", TEXT)))

    ids = [d["id"] for answer in answers for d in answer.json()["documents"]]
    assert len(set(ids)) == len(versions(bucket)) == len(rows(connection)) == 4
    assert [d["id"] for d in bob.get("/documents").json()["documents"]] == ids[3:]
    assert alice.get(f"/documents/{ids[3]}").status_code == 404


@pytest.mark.parametrize(
    ("file", "status", "code"),
    [
        (("a.exe", b"MZ\x90"), 415, "unsupported_type"),
        (("a.pdf", b"not a pdf"), 415, "unsupported_type"),
        (("a.pdf", b""), 422, "empty_file"),
        (("..", PDF), 422, "unusable_file_name"),
        (("a.png", b"GIF89a"), 415, "unsupported_type"),
    ],
)
def test_files_that_are_refused(
    alice: User, file: tuple[str, bytes], status: int, code: str
) -> None:
    answer = alice.upload(file)

    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("../../windows\\..\\假單.pdf", "假單.pdf"),
        ("規" * 300 + ".pdf", "規" * 83 + ".pdf"),
        ("\u202egnp\u202c.pdf", "gnp.pdf"),
        ("📄員工🧑‍💼.pdf", "📄員工🧑‍💼.pdf"),
    ],
)
def test_hostile_names_become_safe_ones(
    alice: User, bucket: Bucket, sent: str, stored: str
) -> None:
    assert alice.upload((sent, PDF)).json()["documents"][0]["file_name"] == stored
    assert parse_object_key(versions(bucket)[0]["Key"]).file_name == stored


def test_more_files_than_allowed(alice: User, bucket: Bucket) -> None:
    answer = alice.upload(*[("a.txt", TEXT)] * 21)

    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
    assert versions(bucket) == []


def test_a_form_without_files(alice: User) -> None:
    answer = alice.upload()

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "body.files"


@pytest.mark.parametrize("cut", [1, 4, 20, 60, len(PDF) + 70, len(PDF) + 110])
def test_a_truncated_form_is_refused_whole(alice: User, bucket: Bucket, cut: int) -> None:
    """Also where a file was complete before the cut: the parser would forget the second one."""
    form = file_part("a.pdf", PDF) + file_part("b.pdf", PDF) + b"--x--"

    answer = post_form(alice, form[:-cut])

    assert (answer.status_code, answer.json()["code"]) == (400, "incomplete_form")
    assert versions(bucket) == []


@pytest.mark.parametrize("end", [b"--x--", b"--x--\r\n", b"--x--\r\nepilogue"])
def test_a_form_with_its_end_is_whole(alice: User, end: bytes) -> None:
    assert post_form(alice, file_part("a.pdf", PDF) + end).status_code == 200


@pytest.mark.parametrize(
    ("content_type", "status", "code"),
    [
        ("application/json", 422, "invalid_request"),
        ("text/plain", 422, "invalid_request"),
        ("multipart/form-data", 400, "bad_request"),
        ("multipart/form-data; boundary=other", 400, "incomplete_form"),
    ],
)
def test_a_body_of_another_type(alice: User, content_type: str, status: int, code: str) -> None:
    answer = post_form(alice, file_part("a.pdf", PDF) + b"--x--", content_type)

    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_name_in_a_hostile_encoding(alice: User) -> None:
    """The form chooses how names are decoded, and so can make half characters."""
    kind = "multipart/form-data; boundary=x; charset=unicode_escape"
    form = file_part("a.pdf", PDF) + file_part("\\ud800.exe", PDF) + b"--x--"

    answer = post_form(alice, form, kind)

    assert answer.status_code == 207
    assert answer.json()["rejected"][0]["file_name"] == "?.exe"


def test_a_name_with_nul(alice: User) -> None:
    answer = post_form(alice, file_part("nul\0byte.pdf", PDF) + b"--x--\r\n")

    assert answer.json()["documents"][0]["file_name"] == "nulbyte.pdf"


def file_part(name: str, content: bytes) -> bytes:
    disposition = f'form-data; name="files"; filename="{name}"'
    return f"--x\r\nContent-Disposition: {disposition}\r\n\r\n".encode() + content + b"\r\n"


def post_form(
    user: User, body: bytes, content_type: str = "multipart/form-data; boundary=x"
) -> httpx.Response:
    headers = {"Content-Type": content_type} | authorization(user.id)
    return user.client.post("/upload/document", content=body, headers=headers)


def test_the_object_is_taken_back_when_the_record_fails(sandbox: Sandbox, bucket: Bucket) -> None:
    broken = replace(sandbox, intake=EventDriven(bucket, nowhere))

    answer = User("alice", serve(broken)).upload(("a.pdf", PDF), ("b.txt", TEXT))

    assert (answer.status_code, answer.json()["code"]) == (503, "service_unavailable")
    assert versions(bucket) == []


def test_nothing_is_recorded_when_the_object_cannot_be_stored(
    sandbox: Sandbox, bucket: Bucket, connection: Connection
) -> None:
    missing = EventDriven(Bucket(bucket.s3, "no-such-bucket"), sandbox.connection)

    answer = User("alice", serve(replace(sandbox, intake=missing))).upload(("a.pdf", PDF))

    assert answer.status_code == 503
    assert rows(connection) == []


@dataclass(frozen=True)
class OvertakingBucket(Bucket):
    """The event of an object is processed before `put` returns."""

    connection: Connection

    def put(self, key: str, content: BinaryIO, media_type: str) -> StoredObject:
        parsed = parse_object_key(key)
        self.connection.execute(
            "INSERT INTO documents (id, file_name, file_path, file_type, status, chunk_count)"
            " VALUES (%s, %s, %s, '', 'completed', 3)",
            [parsed.document_id, parsed.file_name, key],
        )
        return super().put(key, content, media_type)


def test_an_event_that_overtakes_the_record_keeps_its_status(
    sandbox: Sandbox, bucket: Bucket, connection: Connection
) -> None:
    overtaking = OvertakingBucket(bucket.s3, bucket.name, connection)
    alice = User(
        "alice", serve(replace(sandbox, intake=EventDriven(overtaking, sandbox.connection)))
    )

    receipt = alice.upload(("a.txt", TEXT)).json()["documents"][0]

    assert receipt["status"] == "completed"
    document = alice.get(f"/documents/{receipt['id']}").json()
    assert (document["status"], document["chunk_count"]) == ("completed", 3)
    assert (document["file_type"], document["file_size"]) == ("text/plain", len(TEXT))
