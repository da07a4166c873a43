"""Documents made to break a processor settle all the same, and harm nobody else."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Iterator

import pytest

from scenarios import hostile
from scenarios.client import BUCKET, PROCESSOR, Pipeline, eventually
from scenarios.documents import CORPORA, Document, markdown

pytestmark = pytest.mark.launched

MEMORY_MB = 2048  # template.yaml
PATIENCE_S = 120.0
NEXT = markdown("下一份文件照常處理。")

# What may happen to each; several words where reading and refusing are both right.
EXPECTED = {
    "corrupted.pdf": {"malformed", "no_text", "completed"},
    "enc-aes256-empty-user.pdf": {"completed"},
    "enc-aes256-user-pw.pdf": {"encrypted"},
    "encrypted.pdf": {"encrypted"},
    "flate-nested-1GB.pdf": {"out_of_memory", "timeout", "too_large", "no_text", "malformed"},
    "flate-spaces-200MB.pdf": {"out_of_memory", "timeout", "too_large", "no_text", "malformed"},
    "not_encrypted.pdf": {"completed"},
    "flate-text-ops-60MB.pdf": {"out_of_memory", "timeout", "too_large", "malformed", "completed"},
    "pages-100k-count.pdf": {"too_many_pages", "timeout", "malformed"},
    "truncated-half.pdf": {"malformed", "completed"},
}


REFUSED = ("empty.pdf", "html-named.pdf")


@pytest.fixture(autouse=True)
def within_the_memory_of_the_function(pipeline: Pipeline) -> Iterator[None]:
    """Whatever was sent, no invocation took more than the function has, or died of it."""
    since = round(time.time() * 1000)
    yield
    for line in pipeline.log_lines(PROCESSOR, since):
        if line.startswith("REPORT"):
            used = re.search(r"Max Memory Used: (\d+) MB", line)
            assert used is not None
            assert int(used[1]) < MEMORY_MB, line
            assert "Status: " not in line, line


def test_every_file_of_the_corpus_is_here() -> None:
    folder = CORPORA / "bad"
    if not folder.is_dir():
        pytest.skip("the shared corpora are not on this machine")
    assert {path.name for path in folder.iterdir()} == {*EXPECTED, *REFUSED}


@pytest.mark.parametrize("name", EXPECTED)
def test_settles_and_spares_the_next(pipeline: Pipeline, name: str) -> None:
    """On AWS: a bomb of 2 KB would take the whole 2048 MB and kill the sandbox, three times."""
    path = CORPORA / "bad" / name
    if not path.exists():
        pytest.skip("the shared corpora are not on this machine")
    assert ending(pipeline, pipeline.upload_one(Document.read(path))) in EXPECTED[name]
    assert ending(pipeline, pipeline.upload_one(NEXT)) == "completed"


@pytest.mark.parametrize("name", hostile.CASES)
def test_made_for_the_purpose(pipeline: Pipeline, name: str) -> None:
    """On AWS: as above."""
    document, endings = hostile.made(name, hostile.CASES)
    assert ending(pipeline, pipeline.upload_one(document)) in endings
    assert ending(pipeline, pipeline.upload_one(NEXT)) == "completed"


@pytest.mark.parametrize("name", hostile.LARGE)
def test_put_into_the_bucket_past_the_door(pipeline: Pipeline, name: str) -> None:
    """On AWS: the api takes 4.5 MB at most, the bucket takes anything."""
    document, endings = hostile.made(name, hostile.LARGE)
    identifier = str(uuid.uuid4())
    key = f"uploads/{identifier}_{name}"
    pipeline.aws("s3").put_object(Bucket=BUCKET, Key=key, Body=document.content)

    def settled() -> str | None:
        rows = pipeline.rows("SELECT status, error_code FROM documents WHERE id = %s", identifier)
        return next((row["error_code"] for row in rows if row["status"] == "failed"), None)

    assert eventually(settled, PATIENCE_S) in endings
    pipeline.aws("s3").delete_object(Bucket=BUCKET, Key=key)
    assert ending(pipeline, pipeline.upload_one(NEXT)) == "completed"


def ending(pipeline: Pipeline, document: str) -> str:
    """Return the error code of a settled document, or that it was completed."""
    settled = pipeline.wait_until_settled(document, within_s=PATIENCE_S)
    return str(settled["error_code"] or settled["status"])


@pytest.mark.parametrize("name", REFUSED)
def test_is_refused_at_the_door(pipeline: Pipeline, name: str) -> None:
    """On AWS: an empty file and a web page called .pdf never reach the bucket."""
    path = CORPORA / "bad" / name
    if not path.exists():
        pytest.skip("the shared corpora are not on this machine")
    assert pipeline.upload(Document.read(path)).status_code in {400, 415, 422}
