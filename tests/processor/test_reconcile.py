"""What nobody else would settle, against a real S3 and a real database."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import boto3
import pytest
from botocore.exceptions import ClientError
from psycopg.rows import dict_row
from psycopg.sql import SQL, Identifier, Placeholder

from processor import handler as lambda_function
from processor import reconcile as module
from processor import settings, tombstones, unsettled
from processor.database import Connection
from processor.documents import object_key
from processor.download import S3Download
from processor.errors import TransientError
from processor.events import ObjectRef
from processor.listing import Listing
from processor.pipeline import EVENT_ATTEMPTS, Dependencies, ingest
from processor.reconcile import GRACE_SECONDS, Report, reconcile
from processor.settings import DatabaseCredentials
from tests.processor import fakes
from tests.processor.conftest import REGION

TEXT = "員工請假應於三個工作日前提出申請。"
LATER = datetime.now(UTC) + timedelta(days=1)


@pytest.fixture
def listing(s3: Any) -> Listing:
    """A new versioned bucket, listed two keys at a time."""
    name = f"documents-{uuid4()}"
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return Listing(s3, name, page_keys=2)


@pytest.fixture
def deps(database: DatabaseCredentials, listing: Listing, tmp_path: Path) -> Iterator[Dependencies]:
    made = fakes.dependencies(database, fakes.Shelf(tmp_path), "reconcile")
    yield replace(made, download=S3Download(listing.s3))
    made.store.close()


def number(n: int) -> UUID:
    return UUID(int=(n + 1) << 96)


def stored(listing: Listing, document: UUID, name: str = "手冊 1.md") -> str:
    key = object_key(document, name)
    listing.s3.put_object(Bucket=listing.bucket, Key=key, Body=TEXT.encode())
    return key


def recorded(connection: Connection, document: UUID, **columns: Any) -> None:
    """A row as the api writes it, a day ago."""
    row = {
        "id": document,
        "user_id": "ting",
        "file_name": "手冊 1.md",
        "file_path": object_key(document, "手冊 1.md"),
        "file_type": "text/markdown",
        "updated_at": datetime.now(UTC) - timedelta(days=1),
        **columns,
    }
    statement = SQL("INSERT INTO documents ({}) VALUES ({})").format(
        SQL(", ").join(map(Identifier, row)), SQL(", ").join(map(Placeholder, row))
    )
    connection.execute(statement, row)


def documents(connection: Connection) -> dict[UUID, dict[str, Any]]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return {row["id"]: row for row in cursor.execute("SELECT * FROM documents")}


def tomorrow(listing: Listing, deps: Dependencies) -> Report:
    """Reconcile when the objects that were just stored are old."""
    return reconcile(listing, deps, now=lambda: LATER)


def processing(attempt: int, **columns: Any) -> dict[str, Any]:
    ended = datetime.now(UTC) - timedelta(seconds=1)
    claim = {"status": "processing", "attempt": attempt, "generation": attempt}
    return {**claim, "lease_owner": "dead", "lease_until": ended, **columns}


def test_all_that_is_well_is_left_alone(
    listing: Listing, deps: Dependencies, connection: Connection
) -> None:
    for n in range(5):
        document = number(n)
        key = stored(listing, document)
        ingest(ObjectRef(listing.bucket, key, 9, None, f"0{n}"), deps)
    connection.execute("UPDATE documents SET updated_at = now() - interval '1 day'")
    before = documents(connection)
    assert tomorrow(listing, deps) == Report(finished=True)
    assert documents(connection) == before


def test_expired_lease_is_driven_again(
    listing: Listing, deps: Dependencies, connection: Connection
) -> None:
    stored(listing, number(1))
    recorded(connection, number(1), **processing(attempt=1))
    assert reconcile(listing, deps) == Report(redriven=1, finished=True)
    row = documents(connection)[number(1)]
    assert (row["status"], row["attempt"], row["user_id"]) == ("completed", 2, "ting")


def test_after_as_many_attempts_as_an_event_has_the_document_fails(
    listing: Listing, deps: Dependencies, connection: Connection
) -> None:
    stored(listing, number(1))
    recorded(connection, number(1), **processing(attempt=EVENT_ATTEMPTS))
    assert reconcile(listing, deps) == Report(given_up=1, finished=True)
    row = documents(connection)[number(1)]
    assert (row["status"], row["error_code"], row["retryable"]) == ("failed", "interrupted", True)
    assert "interrupted" in row["error_message"]
    assert reconcile(listing, deps) == Report(finished=True)


def test_lease_that_holds_is_respected(
    listing: Listing, deps: Dependencies, connection: Connection
) -> None:
    stored(listing, number(1))
    until = datetime.now(UTC) + timedelta(minutes=5)
    recorded(connection, number(1), **processing(attempt=3, lease_until=until))
    assert tomorrow(listing, deps) == Report(finished=True)


def test_document_whose_event_was_lost_is_processed(
    listing: Listing, deps: Dependencies, connection: Connection
) -> None:
    stored(listing, number(1))
    recorded(connection, number(1))
    assert reconcile(listing, deps) == Report(redriven=1, finished=True)
    assert documents(connection)[number(1)]["status"] == "completed"


def test_event_that_may_still_come_is_waited_for(
    listing: Listing, deps: Dependencies, connection: Connection
) -> None:
    stored(listing, number(1))
    recorded(connection, number(1), updated_at=datetime.now(UTC))
    stored(listing, number(2))
    assert reconcile(listing, deps) == Report(finished=True)
    assert set(documents(connection)) == {number(1)}


def test_waiting_document_without_object_fails_with_that_reason(
    listing: Listing, deps: Dependencies, connection: Connection
) -> None:
    recorded(connection, number(1))
    reconcile(listing, deps)
    row = documents(connection)[number(1)]
    assert (row["status"], row["error_code"]) == ("failed", "object_missing")


def test_objects_without_rows_are_processed(
    listing: Listing, deps: Dependencies, connection: Connection
) -> None:
    for n in range(5):
        stored(listing, number(n))
    listing.s3.put_object(Bucket=listing.bucket, Key="uploads/readme.txt", Body=b"not ours")
    listing.s3.put_object(Bucket=listing.bucket, Key="exports/x.md", Body=b"not ours")
    assert tomorrow(listing, deps) == Report(redriven=5, finished=True)
    rows = documents(connection)
    assert {row["status"] for row in rows.values()} == {"completed"}
    assert set(rows) == {number(n) for n in range(5)}
    version = listing.s3.head_object(Bucket=listing.bucket, Key=rows[number(0)]["file_path"])
    assert rows[number(0)]["s3_version"] == version["VersionId"]
    assert tomorrow(listing, deps) == Report(finished=True)


def test_event_that_comes_after_all_changes_nothing_for_readers(
    listing: Listing, deps: Dependencies, connection: Connection
) -> None:
    key = stored(listing, number(1))
    tomorrow(listing, deps)
    version = documents(connection)[number(1)]["s3_version"]
    ingest(ObjectRef(listing.bucket, key, 9, version, "01"), deps)
    row = documents(connection)[number(1)]
    assert (row["status"], row["chunk_count"], row["s3_sequencer"]) == ("completed", 1, "01")


def aged(connection: Connection) -> None:
    connection.execute("UPDATE documents SET updated_at = now() - interval '1 day'")


def test_newer_version_whose_event_was_lost_is_processed(
    listing: Listing, deps: Dependencies, connection: Connection
) -> None:
    for n in range(5):
        stored(listing, number(n))
    tomorrow(listing, deps)
    keys = {n: documents(connection)[number(n)]["file_path"] for n in (1, 4)}
    for key in keys.values():
        listing.s3.put_object(Bucket=listing.bucket, Key=key, Body="出差七日內報支。".encode())
    assert reconcile(listing, deps) == Report(finished=True)  # the event may still come
    aged(connection)
    assert tomorrow(listing, deps) == Report(redriven=2, finished=True)
    texts = "SELECT document_id, content FROM document_chunks WHERE content LIKE '出差%' ORDER BY 1"
    found = connection.execute(texts).fetchall()
    assert found == [(number(n), "出差七日內報支。") for n in keys]
    row = documents(connection)[number(4)]
    current = listing.s3.head_object(Bucket=listing.bucket, Key=keys[4])
    assert (row["s3_version"], row["file_size"]) == (current["VersionId"], 24)
    aged(connection)
    assert tomorrow(listing, deps) == Report(finished=True)


def test_newer_object_of_a_bucket_without_versions_is_processed(
    listing: Listing, deps: Dependencies, connection: Connection
) -> None:
    bucket = f"documents-{uuid4()}"
    listing.s3.create_bucket(
        Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    plain = Listing(listing.s3, bucket)
    for n in (1, 2):
        stored(plain, number(n))
    assert tomorrow(plain, deps).redriven == 2
    # The first was processed before its object was stored, so it was another.
    earlier = "UPDATE documents SET started_at = started_at - interval '1 hour' WHERE id = %s"
    connection.execute(earlier, [number(1)])
    aged(connection)
    assert tomorrow(plain, deps) == Report(redriven=1, finished=True)
    assert documents(connection)[number(1)]["status"] == "completed"
    aged(connection)
    assert tomorrow(plain, deps) == Report(finished=True)


def test_object_that_is_back_is_processed(
    listing: Listing, deps: Dependencies, connection: Connection
) -> None:
    key = stored(listing, number(1))
    tomorrow(listing, deps)
    marker = listing.s3.delete_object(Bucket=listing.bucket, Key=key)["VersionId"]
    aged(connection)
    assert tomorrow(listing, deps) == Report(missing_objects=1, finished=True)
    listing.s3.delete_object(Bucket=listing.bucket, Key=key, VersionId=marker)
    aged(connection)
    assert tomorrow(listing, deps) == Report(redriven=1, finished=True)
    assert documents(connection)[number(1)]["status"] == "completed"


def test_newer_version_that_is_at_fault_is_tried_once(
    listing: Listing, deps: Dependencies, connection: Connection
) -> None:
    key = stored(listing, number(1))
    tomorrow(listing, deps)
    listing.s3.put_object(Bucket=listing.bucket, Key=key, Body=b"")
    for redriven in (1, 0):
        aged(connection)
        assert tomorrow(listing, deps) == Report(redriven=redriven, finished=True)
        assert documents(connection)[number(1)]["error_code"] == "empty_file"


def test_document_that_changed_since_the_listing_is_not_begun_anew(
    listing: Listing, deps: Dependencies, connection: Connection
) -> None:
    recorded(connection, number(1), status="completed", s3_version="v1")
    (row,) = unsettled.between(connection, listing.bucket, number(0), number(2), grace=60)
    connection.execute("UPDATE documents SET generation = generation + 1")
    assert not unsettled.reopen(connection, row, ObjectRef("b", row.file_path, 9, "v2", None))
    assert documents(connection)[number(1)]["s3_version"] == "v1"


def test_completed_document_without_object_fails_and_is_found_no_more(
    listing: Listing, deps: Dependencies, connection: Connection
) -> None:
    keys = [stored(listing, number(n)) for n in range(5)]
    tomorrow(listing, deps)
    for key in (keys[0], keys[2], keys[4]):
        listing.s3.delete_object(Bucket=listing.bucket, Key=key)
    connection.execute("UPDATE documents SET updated_at = now() - interval '1 day'")
    assert tomorrow(listing, deps) == Report(missing_objects=3, finished=True)
    rows = documents(connection)
    assert [rows[number(n)]["error_code"] for n in range(5)] == [
        "object_missing",
        None,
        "object_missing",
        None,
        "object_missing",
    ]
    owners = "SELECT DISTINCT document_id FROM document_chunks ORDER BY 1"
    assert [row[0] for row in connection.execute(owners)] == [number(1), number(3)]
    assert tomorrow(listing, deps) == Report(finished=True)


def test_rows_of_another_bucket_and_of_no_bucket_are_not_judged(
    listing: Listing, deps: Dependencies, connection: Connection
) -> None:
    recorded(connection, number(1), status="completed", s3_bucket="another")
    recorded(connection, number(2), status="completed", file_path="/tmp/upload/2")
    before = documents(connection)
    assert tomorrow(listing, deps) == Report(finished=True)
    assert documents(connection) == before


def test_request_that_died_processing_is_told(
    listing: Listing, deps: Dependencies, connection: Connection
) -> None:
    """USE_S3=false: there is no object to try again with."""
    recorded(connection, number(1), file_path="/tmp/upload/1", **processing(attempt=1))
    assert reconcile(listing, deps) == Report(given_up=1, finished=True)
    assert documents(connection)[number(1)]["error_code"] == "interrupted"


def test_deleted_documents_stay_deleted_with_objects_that_came_later(
    listing: Listing, deps: Dependencies, connection: Connection
) -> None:
    """A presigned URL outlives the document; nobody may find its object in the bucket.

    In one page, since moto begins the next one wrongly after a key that is gone.
    """
    listing = replace(listing, page_keys=1000)
    for n in (1, 1, 2, 3):
        stored(listing, number(n))
    tombstones.put(connection, number(1))
    tombstones.put(connection, number(3))
    assert reconcile(listing, deps) == Report(finished=True)  # they may belong to a deletion now
    assert tomorrow(listing, deps) == Report(redriven=1, removed_objects=2, finished=True)
    assert set(documents(connection)) == {number(2)}
    left = listing.s3.list_object_versions(Bucket=listing.bucket)
    assert [version["Key"] for version in left["Versions"]] == [object_key(number(2), "手冊 1.md")]
    assert "DeleteMarkers" not in left


@pytest.mark.parametrize("method", ["PUT", "POST", "multipart"])
def test_upload_that_never_came_fails_with_a_reason_of_its_own(
    listing: Listing, deps: Dependencies, connection: Connection, method: str
) -> None:
    recorded(connection, number(1), upload_method=method)
    assert reconcile(listing, deps) == Report(missing_objects=1, finished=True)
    row = documents(connection)[number(1)]
    assert (row["status"], row["error_code"]) == ("failed", "not_uploaded")
    assert "未在期限內上傳" in row["error_message"]
    connection.execute("UPDATE documents SET updated_at = now() - interval '1 day'")
    assert reconcile(listing, deps) == Report(finished=True)


def test_upload_that_may_still_come_is_waited_for(
    listing: Listing, deps: Dependencies, connection: Connection
) -> None:
    since = datetime.now(UTC) - timedelta(seconds=GRACE_SECONDS - 60)
    recorded(connection, number(1), upload_method="PUT", updated_at=since)
    assert reconcile(listing, deps) == Report(finished=True)


def test_upload_that_comes_too_late_is_processed_all_the_same(
    listing: Listing, deps: Dependencies, connection: Connection
) -> None:
    recorded(connection, number(1), upload_method="multipart")
    reconcile(listing, deps)
    ingest(ObjectRef(listing.bucket, stored(listing, number(1)), 9, None, "01"), deps)
    row = documents(connection)[number(1)]
    assert (row["status"], row["error_code"], row["chunk_count"]) == ("completed", None, 1)


def test_upload_that_came_while_its_event_was_lost_is_processed(
    listing: Listing, deps: Dependencies, connection: Connection
) -> None:
    stored(listing, number(1))
    recorded(connection, number(1), upload_method="PUT")
    assert reconcile(listing, deps) == Report(redriven=1, finished=True)
    assert documents(connection)[number(1)]["status"] == "completed"


def test_upload_whose_object_is_removed_later_is_missing(
    listing: Listing, deps: Dependencies, connection: Connection
) -> None:
    """It was uploaded, so that is not the reason."""
    columns = {"upload_method": "PUT", "generation": 1, "status": "completed"}
    recorded(connection, number(1), **columns)
    reconcile(listing, deps)
    assert documents(connection)[number(1)]["error_code"] == "object_missing"


def test_document_that_changed_since_it_was_read_is_not_failed(
    deps: Dependencies, connection: Connection
) -> None:
    recorded(connection, number(1), status="completed")
    (row,) = unsettled.between(connection, "b", number(0), number(2), grace=60)
    connection.execute("UPDATE documents SET generation = generation + 1")
    assert not unsettled.fail_missing(connection, row)
    assert documents(connection)[number(1)]["status"] == "completed"


def test_what_time_does_not_allow_is_done_by_the_next_runs(
    listing: Listing, deps: Dependencies, connection: Connection
) -> None:
    for n in range(7):
        stored(listing, number(n))
    reports = []
    while not reports or not reports[-1].finished:
        assert len(reports) < 9
        embedder = fakes.WordEmbedder()
        deps = replace(deps, embedder=embedder, remaining=time_for_two(embedder))
        reports.append(tomorrow(listing, deps))
    assert [report.redriven for report in reports] == [2, 2, 2, 1]
    assert {row["status"] for row in documents(connection).values()} == {"completed"}


def time_for_two(embedder: fakes.WordEmbedder) -> Callable[[], float]:
    """As much time as an invocation has, until two documents were embedded."""
    return lambda: 300.0 if len(embedder.asked) < 2 else 30.0


def test_two_at_once_do_everything_once(
    listing: Listing, deps: Dependencies, connection: Connection, database: DatabaseCredentials
) -> None:
    for n in range(6):
        stored(listing, number(n))
        recorded(connection, number(n), **processing(attempt=1))
    other = fakes.dependencies(database, fakes.Shelf(Path()), "another")
    other = replace(other, download=deps.download)
    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(reconcile, listing, each) for each in (deps, other)]
        assert all(run.result().finished for run in runs)
    other.store.close()
    rows = documents(connection)
    assert {(row["status"], row["attempt"]) for row in rows.values()} == {("completed", 2)}
    chunks = "SELECT count(*), count(DISTINCT document_id) FROM document_chunks"
    assert connection.execute(chunks).fetchone() == (6, 6)


def test_service_that_fails_ends_the_run(
    listing: Listing, deps: Dependencies, connection: Connection
) -> None:
    for n in range(3):
        stored(listing, number(n))
        recorded(connection, number(n))
    with pytest.raises(TransientError, match="Bedrock"):
        reconcile(listing, replace(deps, embedder=fakes.SilentEmbedder()))
    assert sum(row["attempt"] for row in documents(connection).values()) == 1


def test_defect_at_one_document_does_not_stop_the_others(
    listing: Listing, deps: Dependencies, connection: Connection
) -> None:
    for n in range(3):
        stored(listing, number(n))
        recorded(connection, number(n))
    defects = iter([ZeroDivisionError()])

    def defect_once() -> None:
        for error in defects:
            raise error

    report = reconcile(listing, replace(deps, embedder=fakes.InterruptedEmbedder(defect_once)))
    assert (report.redriven, len(report.errors), report.finished) == (3, 1, True)
    statuses = sorted(row["status"] for row in documents(connection).values())
    assert statuses == ["completed", "completed", "pending"]


def test_bucket_that_is_not_there_is_an_error_and_no_reason_to_fail_documents(
    s3: Any, deps: Dependencies, connection: Connection
) -> None:
    recorded(connection, number(1), status="completed")
    recorded(connection, number(2), upload_method="PUT")
    before = documents(connection)
    with pytest.raises(TransientError, match=r"S3 failed.*NoSuchBucket") as raised:
        tomorrow(Listing(s3, f"missing-{uuid4()}"), deps)
    assert isinstance(raised.value.__cause__, ClientError)
    assert documents(connection) == before
    assert documents(connection)[number(1)]["status"] == "completed"


@pytest.fixture
def configured(
    aws: str, database: DatabaseCredentials, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    secrets = boto3.client("secretsmanager", region_name=REGION)
    name = f"reconcile-{database.dbname}-{uuid4()}"
    member = asdict(database) | {"username": database.user}
    secrets.create_secret(Name=name, SecretString=json.dumps(member))
    secrets.close()
    monkeypatch.setenv("DB_SECRET_NAME", name)
    monkeypatch.setenv("EMBEDDING_MODEL_ID", "cohere.embed-v4:0")
    monkeypatch.setenv("LLM_MODEL_ID", "amazon.nova-pro-v1:0")
    caches = (settings.load, settings._secrets_manager, lambda_function._sandbox)
    for cache in caches:
        cache.cache_clear()
    yield
    lambda_function._sandbox().store.close()
    for cache in caches:
        cache.cache_clear()


@dataclass
class Context:
    aws_request_id: str = "scheduled"
    function_name: str = "reconcile"
    memory_limit_in_mb: int = 2048
    invoked_function_arn: str = "arn"

    def get_remaining_time_in_millis(self) -> int:
        return 300_000


def test_scheduled_function(
    listing: Listing, configured: None, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded(connection, number(1), **processing(attempt=EVENT_ATTEMPTS))
    recorded(connection, number(2))
    monkeypatch.setenv("S3_BUCKET", listing.bucket)
    facts = module.handler({"source": "aws.events"}, Context())
    assert facts == {
        "given_up": 1,
        "redriven": 1,
        "missing_objects": 0,
        "removed_objects": 0,
        "finished": True,
        "errors": 0,
    }
    codes = {row["error_code"] for row in documents(connection).values()}
    assert codes == {"interrupted", "object_missing"}


def test_command(
    listing: Listing,
    configured: None,
    connection: Connection,
    capsys: pytest.CaptureFixture[str],
) -> None:
    recorded(connection, number(1), **processing(attempt=EVENT_ATTEMPTS))
    assert module.main([listing.bucket, "--grace", "60"]) == 0
    assert json.loads(capsys.readouterr().out)["given_up"] == 1
    assert module.main([f"missing-{uuid4()}"]) == 1
    assert capsys.readouterr().err.startswith("reconcile: S3 failed")
