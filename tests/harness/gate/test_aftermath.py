"""What a load leaves behind, gathered from an environment that runs."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from harness import settings
from harness.disposable import disposable
from harness.gate import aftermath, documents
from harness.gate.documents import SUCCEEDED
from harness.gate.evidence import DOCUMENTS_FILE

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def environment():
    template = str(ROOT / "template.yaml")
    with disposable("--template", template, inherited=settings.load().inherited) as running:
        yield running


def test_an_upload_is_followed_until_it_is_processed(environment, tmp_path):
    content = (ROOT / "samples" / "遠距工作辦法.md").read_bytes()
    httpx.post(
        f"{environment.facts.api_url}/upload/document",
        files={"files": ("leave.md", content)},
        headers={"Authorization": f"Bearer {environment.facts.token}"},
        timeout=60,
    ).raise_for_status()
    gathered = aftermath.gather(environment, 1, tmp_path)
    (document,) = gathered.documents
    assert (document.outcome, document.cold, document.size) == (SUCCEEDED, True, len(content))
    assert 0 < document.init_s < document.processing
    assert gathered.usage.api_requests == 1
    assert gathered.usage.gb_seconds > 0
    assert sum(gathered.usage.tokens.values()) > 0
    assert gathered.limits["function time-out"] == "enforced"
    assert len(documents.read(tmp_path / DOCUMENTS_FILE)) == 1
    assert not (tmp_path / aftermath.FUNCTIONS_LOG).exists()


class Logs:
    """Stands for an environment: prints logs as the command does."""

    def harness(self, command, function):
        return f"{command} of {function}\n"


def test_logs_are_kept_under_the_names_of_their_functions(tmp_path):
    path = tmp_path / aftermath.FUNCTIONS_LOG
    aftermath._keep_logs(Logs(), ["backend", "processor"], path)
    assert path.read_text() == "== backend\nlogs of backend\n\n== processor\nlogs of processor\n"
