"""POST /documents/{id}/retry, with the processor's own store on the other side."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from botocore.exceptions import EndpointConnectionError

from api.bucket import Bucket
from api.retry import Retry
from api.sandbox import Sandbox
from processor.database import Connection, Database
from processor.documents import object_key
from processor.errors import AT_FAULT, WITHOUT_OBJECT, Code, message
from processor.settings import DatabaseCredentials
from processor.store import Arrival, Store
from tests.api.conftest import User, serve
from tests.api.corpus import add_document

NAME = "手冊.txt"


@pytest.fixture
def store(database: DatabaseCredentials) -> Iterator[Store]:
    opened = Database(database, lambda: database)
    yield Store(opened)
    opened.close()


def add_failed(connection: Connection, bucket: Bucket, code: Code = Code.INTERRUPTED) -> UUID:
    """Store a document of alice that failed, with its object; returns its id."""
    document_id = add_document(connection, "alice", NAME, [])
    connection.execute(
        "UPDATE documents SET status = 'failed', stage = 'embed', error_code = %s, attempt = 3,"
        " error_message = %s, file_path = %s, retryable = true, s3_sequencer = '01', generation = 3"
        " WHERE id = %s",
        [code, message(code), object_key(document_id, NAME), document_id],
    )
    bucket.s3.put_object(
        Bucket=bucket.name,
        Key=object_key(document_id, NAME),
        Body=b"content",
        ContentType="text/plain",
        Metadata={"owner": "alice"},
    )
    return document_id


def arrival(document_id: UUID, sequencer: str) -> Arrival:
    key = object_key(document_id, NAME)
    return Arrival(document_id, NAME, key, 7, sequencer=sequencer, bucket="b")


def versions(bucket: Bucket) -> list[Any]:
    found: list[Any] = bucket.s3.list_object_versions(Bucket=bucket.name).get("Versions", [])
    return found


def test_a_failed_document_waits_again_and_its_object_is_announced(
    alice: User, connection: Connection, bucket: Bucket
) -> None:
    document_id = add_failed(connection, bucket)

    answer = alice.post(f"/documents/{document_id}/retry")

    document = answer.json()
    assert answer.status_code == 202
    assert (document["status"], document["error_code"]) == ("pending", None)
    assert (document["attempt"], document["retryable"]) == (0, False)
    shown = alice.get(f"/documents/{document_id}")
    assert (shown.json(), shown.headers["etag"]) == (document, answer.headers["etag"])
    newest, first = versions(bucket)
    assert (newest["IsLatest"], newest["ETag"]) == (True, first["ETag"])


def test_the_object_stays_as_it_was(alice: User, connection: Connection, bucket: Bucket) -> None:
    document_id = add_failed(connection, bucket)

    alice.post(f"/documents/{document_id}/retry")

    key = object_key(document_id, NAME)
    found = bucket.s3.get_object(Bucket=bucket.name, Key=key)
    assert found["Body"].read() == b"content"
    assert (found["ContentType"], found["Metadata"]) == ("text/plain", {"owner": "alice"})


@pytest.mark.parametrize("status", ["pending", "processing", "completed"])
def test_what_has_not_failed_is_not_retried(
    alice: User, connection: Connection, bucket: Bucket, status: str
) -> None:
    document_id = add_failed(connection, bucket)
    connection.execute("UPDATE documents SET status = %s", [status])

    answer = alice.post(f"/documents/{document_id}/retry")

    assert (answer.status_code, answer.json()["code"]) == (409, "not_failed")
    assert len(versions(bucket)) == 1


@pytest.mark.parametrize("code", sorted(set(Code) - WITHOUT_OBJECT))
def test_a_document_that_would_fail_again_says_so_beforehand(
    alice: User, connection: Connection, bucket: Bucket, code: Code
) -> None:
    document_id = add_failed(connection, bucket, code)
    promised = alice.get(f"/documents/{document_id}").json()["retryable"]

    answer = alice.post(f"/documents/{document_id}/retry")

    assert promised is (code not in AT_FAULT) is (answer.status_code == 202)
    if not promised:
        problem = answer.json()
        assert (answer.status_code, problem["code"]) == (409, "document_at_fault")
        assert problem["detail"] == message(code)


@pytest.mark.parametrize("code", sorted(WITHOUT_OBJECT))
def test_an_object_that_is_back(
    alice: User, connection: Connection, bucket: Bucket, code: Code
) -> None:
    document_id = add_failed(connection, bucket, code)
    assert alice.get(f"/documents/{document_id}").json()["retryable"] is False

    assert alice.post(f"/documents/{document_id}/retry").status_code == 202


def test_an_object_that_is_gone(alice: User, connection: Connection, bucket: Bucket) -> None:
    document_id = add_failed(connection, bucket)
    bucket.s3.delete_object(Bucket=bucket.name, Key=object_key(document_id, NAME))

    answer = alice.post(f"/documents/{document_id}/retry")

    assert (answer.status_code, answer.json()["code"]) == (409, "object_missing")
    assert alice.get(f"/documents/{document_id}").json()["status"] == "failed"


@pytest.mark.parametrize("path", ["/tmp/handbook.txt", None])
def test_a_file_that_was_processed_in_its_request_was_not_kept(
    sandbox: Sandbox, connection: Connection, bucket: Bucket, path: str | None
) -> None:
    document_id = add_failed(connection, bucket)
    if path:
        connection.execute("UPDATE documents SET file_path = %s", [path])
    else:
        sandbox = replace(sandbox, retry=Retry(sandbox.connection, None))

    answer = User("alice", serve(sandbox)).post(f"/documents/{document_id}/retry")

    assert (answer.status_code, answer.json()["code"]) == (409, "not_stored")


def test_documents_of_others_are_not_retried(
    bob: User, connection: Connection, bucket: Bucket
) -> None:
    document_id = add_failed(connection, bucket)

    for identity in (document_id, uuid4()):
        answer = bob.post(f"/documents/{identity}/retry")
        assert (answer.status_code, answer.json()["code"]) == (404, "document_not_found")


def test_a_retry_of_what_the_client_saw_only(
    alice: User, connection: Connection, bucket: Bucket
) -> None:
    path = f"/documents/{add_failed(connection, bucket)}"
    seen = alice.get(path).headers["etag"]

    refused = alice.post(f"{path}/retry", headers={"If-Match": '"another"'})

    assert (refused.status_code, refused.json()["code"]) == (412, "precondition_failed")
    assert alice.post(f"{path}/retry", headers={"If-Match": seen}).status_code == 202


def test_a_document_stays_failed_when_s3_does_not_answer(
    sandbox: Sandbox, connection: Connection, bucket: Bucket
) -> None:
    document_id = add_failed(connection, bucket)
    broken = replace(sandbox, retry=Retry(sandbox.connection, Bucket(UnansweredS3(), "b")))
    alice = User("alice", serve(broken))

    answer = alice.post(f"/documents/{document_id}/retry")

    assert (answer.status_code, answer.json()["code"]) == (503, "service_unavailable")
    assert answer.headers["retry-after"]
    document = alice.get(f"/documents/{document_id}").json()
    assert (document["status"], document["attempt"]) == ("failed", 3)


class UnansweredS3:
    def head_object(self, **_: Any) -> Any:
        raise EndpointConnectionError(endpoint_url="https://s3")


def test_an_event_that_comes_before_the_answer_waits_for_it(
    sandbox: Sandbox, connection: Connection, bucket: Bucket, store: Store
) -> None:
    document_id = add_failed(connection, bucket)
    with ThreadPoolExecutor() as pool:

        class Announcing:
            """S3 whose event is claimed as soon as the copy is made."""

            def head_object(self, **asked: Any) -> Any:
                return bucket.s3.head_object(**asked)

            def copy_object(self, **asked: Any) -> None:
                bucket.s3.copy_object(**asked)
                self.claim = pool.submit(store.claim, arrival(document_id, "02"), "run", 60.0)

        s3 = Announcing()
        retry = Retry(sandbox.connection, Bucket(s3, bucket.name))
        document = retry(document_id, "alice", None)
        claim = s3.claim.result()

    assert document.status == "pending"
    assert (claim.attempt, claim.generation) == (1, 5)
    row = connection.execute("SELECT status FROM documents").fetchone()
    assert row == ("processing",)


def test_a_run_that_still_had_the_document_writes_nothing_any_more(
    alice: User, connection: Connection, bucket: Bucket, store: Store
) -> None:
    """A run took it after a lost event, died and was given up; it was only frozen."""
    document_id = add_failed(connection, bucket)
    claim = store.claim(arrival(document_id, "01"), "frozen", 60.0)
    connection.execute("UPDATE documents SET status = 'failed'")
    alice.post(f"/documents/{document_id}/retry")

    with pytest.raises(Exception, match="no longer this run's"):
        store.fail(claim, Code.TIMEOUT)

    assert alice.get(f"/documents/{document_id}").json()["status"] == "pending"


def test_the_event_of_the_copy_is_what_is_processed(
    alice: User, connection: Connection, bucket: Bucket, store: Store
) -> None:
    document_id = add_failed(connection, bucket)
    alice.post(f"/documents/{document_id}/retry")

    claim = store.claim(arrival(document_id, "02"), "run", 60.0)

    assert claim is not None
    assert claim.attempt == 1
    assert store.claim(arrival(document_id, "01"), "late", 60.0) is None
