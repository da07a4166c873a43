"""What neither S3 nor Lambda will ever finish is settled by the schedule, without anybody's help.

The environment of these scenarios lives 900 times as fast, so that 15 minutes are a second. Rows
are made old by SQL: nothing else can wait for an hour.
"""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from harness import settings
from harness.disposable import disposable
from scenarios.client import BUCKET, RECONCILE, Pipeline
from scenarios.conftest import API_PATIENCE_S
from scenarios.documents import ROOT, markdown

pytestmark = pytest.mark.launched


@pytest.fixture(scope="module")
def deaf(pytestconfig: pytest.Config) -> Iterator[Pipeline]:
    """A pipeline whose bucket tells nobody what is stored in it: every event is lost."""
    options = ("--template", str(ROOT / "template.yaml"), "--time-scale", "900")
    runtime = ("--runtime", str(pytestconfig.getoption("--runtime")))
    with (
        disposable(*options, *runtime, inherited=settings.load().inherited) as environment,
        httpx.Client(base_url=environment.facts.api_url, timeout=API_PATIENCE_S) as http,
    ):
        pipeline = Pipeline(environment.facts.exports(), http)
        pipeline.aws("s3").put_bucket_notification_configuration(
            Bucket=BUCKET, NotificationConfiguration={}
        )
        yield pipeline


# As an upload whose event was lost, and as a run that died while it asked for embeddings.
_WAITING = "UPDATE documents SET updated_at = now() - interval '1 day' WHERE id = %s RETURNING id"
_KILLED = """
UPDATE documents SET status = 'processing', stage = 'embed', lease_owner = 'dead', generation = 1,
    attempt = %s, lease_until = now() - interval '1 day' WHERE id = %s RETURNING id
"""


def test_document_whose_event_was_lost_is_completed(deaf: Pipeline) -> None:
    """On AWS: S3 promises delivery, but not when; a document would wait for ever."""
    document = deaf.upload_one(markdown("員工每年有七日特別休假。"))
    assert deaf.get(f"/documents/{document}").json()["status"] == "pending"
    deaf.rows(_WAITING, document)
    assert deaf.wait_until_settled(document)["status"] == "completed"
    assert any("Reconciled" in line for line in deaf.log_lines(RECONCILE))


@pytest.mark.parametrize(("attempts", "ending"), [(1, "completed"), (3, "interrupted")])
def test_document_whose_run_was_killed_is_settled(
    deaf: Pipeline, attempts: int, ending: str
) -> None:
    """On AWS: a run that ran out of memory or time cannot say so; its lease ends unheard."""
    document = deaf.upload_one(markdown("加班應事前申請。"))
    deaf.rows(_KILLED, attempts, document)
    settled = deaf.wait_until_settled(document)
    assert (settled["error_code"] or settled["status"]) == ending
