"""A document that cannot be read ends as `failed`, says why, and is not tried again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from scenarios import documents
from scenarios.client import PROCESSOR, Pipeline, eventually
from scenarios.documents import Document

UNREADABLE = {
    "malformed": documents.broken_pdf,
    "encrypted": documents.encrypted_pdf,
    "no_text": documents.scanned_pdf,
}


@pytest.mark.parametrize("code", UNREADABLE)
def test_fails_with_a_code_and_a_readable_message(pipeline: Pipeline, code: str) -> None:
    """On AWS: the user sees `failed` and what to do about it, instead of waiting for ever."""
    document_id = pipeline.upload_one(UNREADABLE[code]())
    settled = pipeline.wait_until_settled(document_id)
    assert (settled["status"], settled["error_code"]) == ("failed", code)
    assert settled["error_message"]
    assert settled["chunk_count"] == 0


def test_is_not_retried(pipeline: Pipeline) -> None:
    """On AWS: Lambda retries what raised, twice; a damaged file would fail three times.

    The function therefore has to end without an error, which its `Errors` metric shows.
    """
    document_id = pipeline.upload_one(documents.broken_pdf())
    assert pipeline.wait_until_settled(document_id)["status"] == "failed"
    assert eventually(lambda: total(pipeline, "Invocations") or None) >= 1
    assert total(pipeline, "Errors") == 0
    (row,) = pipeline.rows("SELECT attempt FROM documents WHERE id = %s", document_id)
    assert row["attempt"] == 1


def test_does_not_harm_the_next_document(pipeline: Pipeline) -> None:
    """On AWS: the same sandbox goes on to serve the next event."""
    pipeline.wait_until_settled(pipeline.upload_one(documents.broken_pdf()))
    whole = Document("whole.pdf", documents.pdf("Overtime is paid at one and a half times."))
    assert pipeline.wait_until_settled(pipeline.upload_one(whole))["status"] == "completed"


def total(pipeline: Pipeline, metric: str) -> float:
    """Return the sum of a metric of the file processor over the last hour."""
    now = datetime.now(UTC)
    statistics = pipeline.aws("cloudwatch").get_metric_statistics(
        Namespace="AWS/Lambda",
        MetricName=metric,
        Dimensions=[{"Name": "FunctionName", "Value": PROCESSOR}],
        StartTime=now - timedelta(hours=1),
        EndTime=now + timedelta(minutes=1),
        Period=3600,
        Statistics=["Sum"],
    )
    return float(sum(point["Sum"] for point in statistics["Datapoints"]))
