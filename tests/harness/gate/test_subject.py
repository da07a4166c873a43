from __future__ import annotations

import hashlib
import shutil
import subprocess

import pytest

from harness.errors import UsageError
from harness.gate import subject


@pytest.fixture
def project(tmp_path):
    template = tmp_path / "template.yaml"
    template.write_text("Resources: {}\n", encoding="utf-8")
    return tmp_path


GIT = shutil.which("git")


def git(directory, *arguments):
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.com")
    subprocess.run([GIT, *identity, *arguments], cwd=directory, check=True, capture_output=True)


def source(project):
    files = {"template": project / "template.yaml", "lock": project / "requirements.lock"}
    return subject.source(files)


def test_hashes_what_is_there(project):
    expected = hashlib.sha256(b"Resources: {}\n").hexdigest()
    assert source(project).sha256 == {"template": expected, "lock": None}


def test_outside_a_repository_there_is_no_commit(project):
    assert (source(project).commit, source(project).dirty) == (None, None)


@pytest.mark.skipif(GIT is None, reason="git is not on this machine")
def test_names_the_commit_and_whether_it_is_what_was_judged(project):
    git(project, "init")
    git(project, "add", ".")
    git(project, "commit", "-m", "first")
    clean = source(project)
    assert len(clean.commit) == 40
    assert clean.dirty is False
    (project / "template.yaml").write_text("Resources: {A: {}}\n", encoding="utf-8")
    changed = source(project)
    assert changed.dirty is True
    assert changed.commit == clean.commit
    assert changed.sha256 != clean.sha256


@pytest.mark.parametrize(
    ("commit", "template", "complaint"),
    [("b", "t", "commit changed"), ("a", "u", "template changed"), (None, "u", "template, commit")],
)
def test_what_is_judged_must_not_change_meanwhile(commit, template, complaint):
    before = subject.Source("a", dirty=False, sha256={"template": "t", "lock": None})
    after = subject.Source(commit, dirty=False, sha256={"template": template, "lock": None})
    with pytest.raises(UsageError, match=complaint):
        subject.demand_same(before, after)


def test_a_report_written_into_the_tree_is_no_change():
    clean = subject.Source("a", dirty=False, sha256={"template": "t"})
    subject.demand_same(clean, subject.Source("a", dirty=True, sha256={"template": "t"}))


def test_machine_has_a_fingerprint():
    machine = subject.machine()
    assert machine["cores"] >= 1
    assert machine["memory_mb"] > 0
    assert len(machine["load_average"]) == 3
    assert machine["cpu"]
