"""Documents made to break a processor settle all the same, and harm nobody else."""

from __future__ import annotations

import pytest

from scenarios.client import Pipeline
from scenarios.documents import CORPORA, Document, markdown

# What may happen to each; several words where reading and refusing are both right.
EXPECTED = {
    "corrupted.pdf": {"malformed", "no_text", "completed"},
    "enc-aes256-empty-user.pdf": {"completed"},
    "enc-aes256-user-pw.pdf": {"encrypted"},
    "encrypted.pdf": {"encrypted"},
    "flate-nested-1GB.pdf": {"out_of_memory", "timeout", "too_large", "no_text", "malformed"},
    "flate-spaces-200MB.pdf": {"out_of_memory", "timeout", "too_large", "no_text", "malformed"},
    "flate-text-ops-60MB.pdf": {"out_of_memory", "timeout", "too_large", "malformed", "completed"},
    "pages-100k-count.pdf": {"too_many_pages", "timeout", "malformed"},
    "truncated-half.pdf": {"malformed", "completed"},
}


@pytest.mark.parametrize("name", EXPECTED)
def test_settles_and_spares_the_next(pipeline: Pipeline, name: str) -> None:
    """On AWS: a bomb of 2 KB would take the whole 2048 MB and kill the sandbox, three times."""
    path = CORPORA / "bad" / name
    if not path.exists():
        pytest.skip("the shared corpora are not on this machine")
    settled = pipeline.wait_until_settled(pipeline.upload_one(Document.read(path)), within_s=120.0)
    assert (settled["error_code"] or settled["status"]) in EXPECTED[name]
    after = pipeline.wait_until_settled(pipeline.upload_one(markdown("下一份文件照常處理。")))
    assert after["status"] == "completed"


@pytest.mark.parametrize("name", ["empty.pdf", "html-named.pdf"])
def test_is_refused_at_the_door(pipeline: Pipeline, name: str) -> None:
    """On AWS: an empty file and a web page called .pdf never reach the bucket."""
    path = CORPORA / "bad" / name
    if not path.exists():
        pytest.skip("the shared corpora are not on this machine")
    assert pipeline.upload(Document.read(path)).status_code in {400, 415, 422}
