"""What the pages tell people to type is typed here, against an environment of its own."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from harness import boto, settings
from harness.disposable import disposable
from scenarios.client import PROCESSOR, eventually
from tests.docs.pages import ROOT, blocks, commands

PROGRAMS = Path(sys.executable).parent
LIMIT_S = 180


def typed(script, variables, directory=ROOT):
    """Run a script as a person's shell would, ending at the first command that fails."""
    path = f"{PROGRAMS}:{settings.load().inherited['PATH']}"
    done = subprocess.run(
        ["/bin/bash", "-euo", "pipefail", "-c", script],
        cwd=directory,
        env={**settings.load().inherited, **variables, "PATH": path},
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def environment():
    template = str(ROOT / "template.yaml")
    with disposable("--template", template, inherited=settings.load().inherited) as running:
        yield running


@pytest.fixture
def state_dir(tmp_path):
    """Whatever still runs when the script ended early is stopped."""
    directory = tmp_path / "state"
    yield directory
    if directory.exists():
        typed("harness down", {"HARNESS_STATE_DIR": str(directory)})


def test_the_readme_from_up_to_down(state_dir):
    (script,) = [block for block in blocks(ROOT / "README.md") if "/harness up" in block]
    # The port of everybody's own environment is not ours to take.
    script = script.replace("up --detach", "up --detach --port 0")
    script = script.replace(".venv/bin/", f"{PROGRAMS}/")
    said = typed(script, {"HARNESS_STATE_DIR": str(state_dir)})
    assert "completed" in said
    assert "上傳成功" in said
    assert not state_dir.exists()


@pytest.fixture
def documents(tmp_path):
    """A directory with the documents that the pages upload."""
    shutil.copy(ROOT / "samples" / "員工手冊 2026.pdf", tmp_path / "員工手冊.pdf")
    shutil.copy(ROOT / "samples" / "遠距工作辦法.md", tmp_path / "leave.md")
    return tmp_path


def test_the_requests_of_the_api_upload_and_retrieval_pages(environment, documents):
    shown = list(commands("curl"))
    pages = ("uploads.md", "api.md", "retrieval.md")
    requests = [line for wanted in pages for page, line in shown if page == wanted]
    assert {page for page, _ in shown} >= set(pages)
    variables = environment.facts.exports()
    for request in requests:
        answer = json.loads(
            typed(request.replace("curl", "curl -sS --fail", 1), variables, documents)
        )
        for document in answer.get("documents", []):
            variables["ID"] = document["id"]


def test_the_program_of_the_upload_page(environment, documents):
    page = (ROOT / "docs" / "uploads.md").read_text()
    program = "".join(re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL))
    (documents / "program.py").write_text(program)
    said = typed("python program.py", environment.facts.exports(), documents)
    assert said.strip() in {"pending", "processing", "completed"}


def test_one_upload_is_followed_as_the_page_says(environment):
    variables = environment.facts.exports()
    headers = {
        "Authorization": f"Bearer {variables['TOKEN']}",
        "X-Amzn-Trace-Id": f"Root=1-{int(time.time()):08x}-{'0' * 24};Sampled=1",
    }
    files = {"files": ("leave.md", (ROOT / "samples" / "遠距工作辦法.md").read_bytes())}
    url = f"{environment.facts.api_url}/upload/document"
    answer = httpx.post(url, files=files, headers=headers, timeout=60).raise_for_status()
    variables["ID"] = answer.json()["documents"][0]["id"]
    eventually(lambda: traced(environment, variables["ID"]))
    (script,) = [block for block in blocks(ROOT / "docs" / "observability.md") if "$ID" in block]
    said = typed(script, variables)
    assert "Document processing completed" in said
    assert '"Maximum"' in said
    assert "## document" in said


def traced(environment, document_id):
    """Return the traces in which a document was processed, None before there is one."""
    expression = f'service("{PROCESSOR}") AND annotation.document_id = "{document_id}"'
    now = datetime.now(UTC)
    client = boto.client(environment.facts, "xray")
    answer = client.get_trace_summaries(
        StartTime=now - timedelta(hours=1), EndTime=now, FilterExpression=expression
    )
    return answer["TraceSummaries"] or None


def test_what_the_page_about_faults_tells(environment):
    page = ROOT / "docs" / "faults.md"
    variables = {**environment.facts.exports(), **environment.variables}
    said = [typed(block, variables) for block in blocks(page) if "harness fault" in block]
    assert "throttle" in said[0]
    assert [line for line in said[0].splitlines() if line.startswith("fault-")]
    requests = [block for block in blocks(page) if "curl" in block]
    answers = [typed(block.replace("curl", "curl -sS --fail"), variables) for block in requests]
    assert '"ms":300.0' in answers[0]
    (program,) = re.findall(r"^```python\n(.*?)^```$", page.read_text(), re.MULTILINE | re.DOTALL)
    assert typed(f"python - <<'END'\n{program}END", variables).split() == ["2", "1"]


def test_the_load_test_without_its_web_page(environment):
    (command,) = [line for _, line in commands("locust") if "--headless" in line]
    said = typed(command.replace("120", "3"), environment.facts.exports())
    assert "Traceback" not in said
