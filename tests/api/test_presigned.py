"""Uploads past the gateway, as far as they are the api's: this S3 does not check signatures."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from json import loads
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
import pytest

from api import aws, multipart, presigned
from api.bucket import Bucket
from api.presigned import PresignedUploads
from api.sandbox import Sandbox
from processor.database import Connection
from processor.reader import MAX_BYTES
from processor.reconcile import GRACE_SECONDS
from tests.api.conftest import REGION, User, authorization, nowhere, serve
from tests.api.test_upload import rows, versions

PDF = b"%PDF-1.7\nsmall but enough"
MIB = 2**20


def wanted(name: str = "手冊 (1)+.pdf", size: int = len(PDF), **more: Any) -> dict[str, Any]:
    return {"file_name": name, "file_size": size, **more}


def presign(user: User, **request: Any) -> httpx.Response:
    headers = authorization(user.id)
    return user.client.post("/upload/presigned-url", json=request, headers=headers)


def complete(user: User, document_id: str, **body: Any) -> httpx.Response:
    path = f"/upload/{document_id}/complete"
    return user.client.post(path, json=body or None, headers=authorization(user.id))


def signed(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def begun(user: User, size: int) -> dict[str, Any]:
    """Begin a multipart upload of a file of so many bytes."""
    answer: dict[str, Any] = presign(user, **wanted(size=size, method="multipart")).json()
    return answer


def send(part: dict[str, Any], content: bytes | None = None) -> dict[str, Any]:
    """Upload a part; returns it as a completion names it."""
    answer = httpx.put(part["url"], content=bytes(part["size"]) if content is None else content)
    return {"part_number": part["part_number"], "etag": answer.raise_for_status().headers["ETag"]}


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(multipart, "PART_BYTES", 5 * MIB)


def test_a_put_stores_the_object_of_a_document_that_is_listed(
    alice: User, bucket: Bucket, connection: Connection
) -> None:
    answer = presign(alice, **wanted())

    issued = answer.json()
    assert (answer.status_code, issued["method"], issued["status"]) == (200, "PUT", "pending")
    listed = alice.get("/documents").json()["documents"]
    assert [(d["id"], d["file_size"]) for d in listed] == [(issued["id"], len(PDF))]
    httpx.put(issued["url"], content=PDF, headers=issued["headers"]).raise_for_status()
    key = f"uploads/{issued['id']}_手冊 (1)+.pdf"
    stored = bucket.s3.get_object(Bucket=bucket.name, Key=key)
    assert (stored["Body"].read(), stored["ContentType"]) == (PDF, "application/pdf")


def test_a_second_put_is_refused_by_s3(alice: User, bucket: Bucket) -> None:
    issued = presign(alice, **wanted()).json()
    httpx.put(issued["url"], content=PDF, headers=issued["headers"]).raise_for_status()

    assert httpx.put(issued["url"], content=PDF, headers=issued["headers"]).status_code == 412
    assert len(versions(bucket)) == 1


def test_a_put_binds_key_type_size_and_time(alice: User) -> None:
    answer = presign(alice, **wanted())

    issued, query = answer.json(), signed(answer.json()["url"])
    bound = "content-length;content-type;host;if-none-match;x-amz-meta-correlation-id"
    assert query["X-Amz-SignedHeaders"] == bound
    assert query["X-Amz-Algorithm"] == "AWS4-HMAC-SHA256"
    assert int(query["X-Amz-Expires"]) == presigned.URL_SECONDS
    assert issued["headers"] == {
        "Content-Type": "application/pdf",
        "Content-Length": str(len(PDF)),
        "If-None-Match": "*",
        "x-amz-meta-correlation-id": answer.headers["x-request-id"],
    }
    left = datetime.fromisoformat(issued["expires_at"]) - datetime.now(UTC)
    assert timedelta() < left <= timedelta(seconds=presigned.URL_SECONDS)


def test_a_form_binds_key_type_size_and_time(alice: User, bucket: Bucket) -> None:
    answer = presign(alice, **wanted(method="POST"))

    issued = answer.json()
    policy = loads(b64decode(issued["fields"]["policy"]))
    conditions = policy["conditions"]
    key = f"uploads/{issued['id']}_手冊 (1)+.pdf"
    assert {"key": key} in conditions
    assert {"Content-Type": "application/pdf"} in conditions
    assert ["content-length-range", len(PDF), len(PDF)] in conditions
    form = httpx.post(issued["url"], data=issued["fields"], files={"file": ("any name", PDF)})
    assert form.is_success
    stored = bucket.s3.get_object(Bucket=bucket.name, Key=key)
    assert (stored["Body"].read(), stored["ContentType"]) == (PDF, "application/pdf")
    assert stored["Metadata"] == {"correlation-id": answer.headers["x-request-id"]}


def test_urls_are_of_the_bucket_s_region(
    sandbox: Sandbox, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The global host name would redirect, and the VPC endpoint does not serve it."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    s3 = aws.s3_client(REGION)
    presign_aws = PresignedUploads(Bucket(s3, "documents"), sandbox.connection)
    alice = User("alice", serve(replace(sandbox, presign=presign_aws)))

    put, post = presign(alice, **wanted()).json(), presign(alice, **wanted(method="POST")).json()

    s3.close()
    assert put["url"].startswith(f"https://documents.s3.{REGION}.amazonaws.com/uploads/")
    assert f"/{REGION}/s3/aws4_request" in signed(put["url"])["X-Amz-Credential"]
    assert post["url"] == f"https://documents.s3.{REGION}.amazonaws.com/"


def test_urls_expire_before_an_upload_is_given_up() -> None:
    assert max(presigned.URL_SECONDS, presigned.PART_URL_SECONDS) < GRACE_SECONDS


@pytest.mark.parametrize(
    ("request_", "status", "code"),
    [
        (wanted("a.exe"), 415, "unsupported_type"),
        (wanted("a.pdf", content_type="text/html"), 415, "unsupported_type"),
        (wanted(".."), 422, "unusable_file_name"),
        (wanted(size=0), 422, "empty_file"),
        (wanted(size=MAX_BYTES + 1), 413, "file_too_large"),
        (wanted(size=10**400), 413, "file_too_large"),
        (wanted(size=-1), 422, "invalid_request"),
        (wanted("x" * 2000 + ".pdf"), 422, "invalid_request"),
        (wanted(method="PATCH"), 422, "invalid_request"),
        (wanted(size="12 MB"), 422, "invalid_request"),
        ({}, 422, "invalid_request"),
    ],
)
def test_what_is_refused_is_not_recorded(
    offline: httpx.Client, request_: dict[str, Any], status: int, code: str
) -> None:
    answer = presign(User("alice", offline), **request_)

    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("../../windows\\..\\假單.pdf", "假單.pdf"),
        ("規" * 300 + ".pdf", "規" * 83 + ".pdf"),
        ("\u202egnp\u202c\0.pdf", "gnp.pdf"),
        ("📄員工🧑‍💼.pdf", "📄員工🧑‍💼.pdf"),
    ],
)
def test_hostile_names_become_safe_ones(alice: User, sent: str, stored: str) -> None:
    issued = presign(alice, **wanted(sent)).json()

    assert issued["file_name"] == stored
    assert httpx.put(issued["url"], content=PDF, headers=issued["headers"]).is_success
    assert complete(alice, issued["id"]).json()["file_name"] == stored


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{", 422),
        (b"[]", 422),
        (b"null", 422),
        (b"[" * 5000, 400),
        (b"\xff", 400),
        (b'{"file_name": "a\\ud800.pdf", "file_size": 1}', 422),
    ],
)
def test_a_body_that_is_no_request(offline: httpx.Client, body: bytes, status: int) -> None:
    headers = authorization("alice") | {"Content-Type": "application/json"}
    answer = offline.post("/upload/presigned-url", content=body, headers=headers)

    assert answer.status_code == status


def test_parts_become_the_object(alice: User, bucket: Bucket) -> None:
    content = bytes(range(256)) * (6 * MIB // 256)
    issued = begun(alice, len(content))
    first, second = issued["parts"]
    assert (first["size"], second["size"]) == (5 * MIB, MIB)
    assert signed(first["url"])["X-Amz-SignedHeaders"] == "content-length;host"

    named = [send(second, content[5 * MIB :]), send(first, content[: 5 * MIB])]
    answer = complete(alice, issued["id"], parts=sorted(named, key=lambda p: p["part_number"]))

    assert answer.status_code == 200
    assert (answer.json()["id"], answer.json()["status"]) == (issued["id"], "pending")
    key = f"uploads/{issued['id']}_手冊 (1)+.pdf"
    stored = bucket.s3.get_object(Bucket=bucket.name, Key=key)
    assert (stored["Body"].read(), stored["ContentType"]) == (content, "application/pdf")


def test_the_parts_need_not_be_named_and_completing_twice_is_once(
    alice: User, bucket: Bucket
) -> None:
    issued = begun(alice, 6 * MIB)
    for part in issued["parts"]:
        send(part)

    first, again = complete(alice, issued["id"]), complete(alice, issued["id"])

    assert (first.status_code, again.status_code) == (200, 200)
    assert len(versions(bucket)) == 1


def test_a_completion_that_died_after_s3_had_done_it(alice: User, connection: Connection) -> None:
    issued = begun(alice, MIB)
    send(issued["parts"][0])
    [(upload_id,)] = connection.execute("SELECT upload_id FROM documents")
    complete(alice, issued["id"])
    connection.execute("UPDATE documents SET upload_id = %s", [upload_id])

    assert complete(alice, issued["id"]).status_code == 200


def test_a_missing_part_is_said_and_can_still_be_sent(alice: User, bucket: Bucket) -> None:
    issued = begun(alice, 6 * MIB)
    send(issued["parts"][0])

    answer = complete(alice, issued["id"])

    assert (answer.status_code, answer.json()["code"]) == (409, "upload_incomplete")
    assert f"{5 * MIB} of {6 * MIB} bytes" in answer.json()["detail"]
    assert versions(bucket) == []
    send(issued["parts"][1])
    assert complete(alice, issued["id"]).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(lambda parts: list(reversed(parts)), id="order"),
        pytest.param(lambda parts: [*parts, parts[1]], id="twice"),
        pytest.param(lambda parts: [parts[0], {**parts[1], "etag": '"00"'}], id="ETag"),
        pytest.param(lambda parts: [*parts, {"part_number": 3, "etag": "x"}], id="unknown"),
    ],
)
def test_parts_that_s3_refuses(alice: User, bucket: Bucket, wrong: Any) -> None:
    issued = begun(alice, 6 * MIB)
    parts = [send(part) for part in issued["parts"]]

    answer = complete(alice, issued["id"], parts=wrong(parts))

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_parts")
    assert versions(bucket) == []
    assert complete(alice, issued["id"], parts=parts).status_code == 200


def test_parts_that_are_too_small(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(multipart, "PART_BYTES", MIB)
    issued = begun(alice, 2 * MIB)
    for part in issued["parts"]:
        send(part)

    answer = complete(alice, issued["id"])

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_parts")
    assert "EntityTooSmall" in answer.json()["detail"]


def test_more_than_was_declared_is_not_kept(
    alice: User, bucket: Bucket, connection: Connection
) -> None:
    """S3 refuses such a part already, by the signed length; here nobody checks signatures."""
    issued = begun(alice, MIB)
    send(issued["parts"][0], bytes(2 * MIB))

    answer = complete(alice, issued["id"])

    assert (answer.status_code, answer.json()["code"]) == (413, "file_too_large")
    assert (versions(bucket), rows(connection)) == ([], [])
    uploads = bucket.s3.list_multipart_uploads(Bucket=bucket.name)
    assert "Uploads" not in uploads


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [{"part_number": 0, "etag": "x"}],
        [{"part_number": 10_001, "etag": "x"}],
        [{"part_number": 1, "etag": "<x\0>"}],
        [{"part_number": 1}],
    ],
)
def test_parts_that_are_none(offline: httpx.Client, parts: list[dict[str, Any]]) -> None:
    answer = complete(User("alice", offline), str(uuid4()), parts=parts)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


def test_deleting_the_document_aborts_its_upload(alice: User, bucket: Bucket) -> None:
    issued = begun(alice, MIB)
    send(issued["parts"][0])

    assert alice.delete(f"/documents/{issued['id']}").status_code == 204

    assert "Uploads" not in bucket.s3.list_multipart_uploads(Bucket=bucket.name)
    assert httpx.put(issued["parts"][0]["url"], content=bytes(MIB)).is_error
    assert complete(alice, issued["id"]).status_code == 404


def test_an_upload_that_s3_dropped_is_gone(
    alice: User, bucket: Bucket, connection: Connection
) -> None:
    issued = begun(alice, MIB)
    key, upload_id = connection.execute("SELECT file_path, upload_id FROM documents").fetchone()
    bucket.s3.abort_multipart_upload(Bucket=bucket.name, Key=key, UploadId=upload_id)

    answer = complete(alice, issued["id"])

    assert (answer.status_code, answer.json()["code"]) == (410, "upload_expired")
    assert alice.delete(f"/documents/{issued['id']}").status_code == 204


def test_completing_a_put_says_whether_it_is_there(alice: User) -> None:
    issued = presign(alice, **wanted()).json()

    before = complete(alice, issued["id"])
    httpx.put(issued["url"], content=PDF, headers=issued["headers"]).raise_for_status()
    after = complete(alice, issued["id"])

    assert (before.status_code, before.json()["code"]) == (409, "upload_incomplete")
    assert (after.status_code, after.json()["id"]) == (200, issued["id"])


def test_completing_when_the_event_was_first(alice: User, connection: Connection) -> None:
    issued = begun(alice, MIB)
    send(issued["parts"][0])
    complete(alice, issued["id"])
    connection.execute("UPDATE documents SET status = 'completed', chunk_count = 7")

    document = complete(alice, issued["id"]).json()

    assert (document["status"], document["chunk_count"]) == ("completed", 7)


def test_nobody_else_completes_an_upload(alice: User, bob: User) -> None:
    issued = begun(alice, MIB)
    send(issued["parts"][0])

    assert complete(bob, issued["id"]).status_code == 404
    assert complete(bob, str(uuid4())).status_code == 404
    assert complete(bob, "no-uuid").status_code == 422
    assert complete(alice, issued["id"]).status_code == 200


def test_without_a_database_nothing_is_issued(sandbox: Sandbox, bucket: Bucket) -> None:
    broken = replace(sandbox, presign=PresignedUploads(bucket, nowhere))
    alice = User("alice", serve(broken))

    for method in ("PUT", "POST", "multipart"):
        assert presign(alice, **wanted(method=method)).status_code == 503


def test_without_s3_a_problem_says_so(sandbox: Sandbox) -> None:
    alice = User("alice", serve(replace(sandbox, presign=None, complete=None)))

    for answer in (presign(alice, **wanted()), complete(alice, str(uuid4()))):
        assert (answer.status_code, answer.json()["code"]) == (501, "presigned_upload_unavailable")
        assert "POST /upload/document" in answer.json()["detail"]


def test_a_bucket_that_fails_is_a_503(sandbox: Sandbox, bucket: Bucket) -> None:
    missing = Bucket(bucket.s3, "no-such-bucket")
    broken = replace(sandbox, presign=PresignedUploads(missing, sandbox.connection))
    alice = User("alice", serve(broken))

    assert presign(alice, **wanted(method="multipart")).status_code == 503
