from __future__ import annotations

import hashlib
import shutil
import subprocess

import pytest

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


def describe(project):
    files = {"template": project / "template.yaml", "lock": project / "requirements.lock"}
    return subject.describe(files, runtime="process", images={})


def test_hashes_what_is_there(project):
    expected = hashlib.sha256(b"Resources: {}\n").hexdigest()
    assert describe(project)["sha256"] == {"template": expected, "lock": None}


def test_outside_a_repository_there_is_no_commit(project):
    described = describe(project)
    assert (described["commit"], described["dirty"]) == (None, None)


@pytest.mark.skipif(GIT is None, reason="git is not on this machine")
def test_names_the_commit_and_whether_it_is_what_was_judged(project):
    git(project, "init")
    git(project, "add", ".")
    git(project, "commit", "-m", "first")
    clean = describe(project)
    assert len(clean["commit"]) == 40
    assert clean["dirty"] is False
    (project / "template.yaml").write_text("Resources: {A: {}}\n", encoding="utf-8")
    changed = describe(project)
    assert changed["dirty"] is True
    assert changed["commit"] == clean["commit"]
    assert changed["sha256"] != clean["sha256"]


def test_no_image_is_claimed_in_process_mode(project):
    assert describe(project)["images"] == {}


def test_machine_has_a_fingerprint():
    machine = subject.machine()
    assert machine["cores"] >= 1
    assert machine["memory_mb"] > 0
    assert len(machine["load_average"]) == 3
    assert machine["cpu"]
