"""Test 3 of the report: the event starts the file processor, and its log says so."""

from __future__ import annotations

import time

import pytest

from scenarios.client import PROCESSOR, Pipeline, eventually
from scenarios.documents import markdown

pytestmark = pytest.mark.launched

STEPS = ("Received event", "Processing S3 object", "Document processing completed")


def test_log_shows_every_step_and_no_error(pipeline: Pipeline) -> None:
    """On AWS: the log group shows START, the three lines, END and REPORT of the invocation."""
    began_ms = int(time.time() * 1000)
    pipeline.wait_until_settled(pipeline.upload_one(markdown("每月最後一日發薪。")))

    def reported() -> list[str] | None:
        lines = pipeline.log_lines(PROCESSOR, began_ms)
        return lines if any(line.startswith("REPORT RequestId:") for line in lines) else None

    lines = eventually(reported)
    for step in ("START RequestId:", *STEPS, "END RequestId:"):
        assert any(step in line for line in lines), f"{step!r} is missing"
    assert not [line for line in lines if "ERROR" in line or "Traceback" in line]
