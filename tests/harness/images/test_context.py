from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from harness.images import context

PROJECT = Path(__file__).parents[3]


@pytest.mark.parametrize("dockerfile", ["Dockerfile.file-processor", "Dockerfile.backend"])
def test_the_engine_is_sent_the_functions_and_nothing_else(dockerfile):
    files = context.of_directory(PROJECT, dockerfile)
    assert {name.partition("/")[0] for name in files} <= {
        *("api", "processor", "image", "wheelhouse"),
        *(".dockerignore", dockerfile),
    }
    assert {"processor/migrations/0001_documents.sql", "api/handler.py"} <= files.keys()
    assert not [name for name in files if "__pycache__" in name]


def test_the_archive_is_the_same_whatever_the_umask(tmp_path):
    file = tmp_path / "f"
    file.write_text("x")
    contents = []
    for mode in (0o600, 0o666):
        file.chmod(mode)
        with context.archived(
            {"d/f": file, "Dockerfile": file}, {"Dockerfile": "FROM x"}
        ) as archive:
            contents.append(archive.read())
    assert contents[0] == contents[1]
    (tmp_path / "tar").write_bytes(contents[0])
    with tarfile.open(tmp_path / "tar") as archive:
        assert archive.getmember("d/f").mode == 0o644
        assert archive.extractfile("Dockerfile").read() == b"FROM x"


def test_a_fingerprint_is_of_names_and_contents(tmp_path):
    (tmp_path / "a").write_text("1")
    (tmp_path / "b").write_text("2")
    one = context.fingerprint({"x": tmp_path / "a", "y": tmp_path / "b"})
    assert one == context.fingerprint({"y": tmp_path / "b", "x": tmp_path / "a"})
    assert one != context.fingerprint({"x": tmp_path / "b", "y": tmp_path / "a"})


def test_a_package_is_sent_as_it_is_without_what_was_compiled():
    files = context.of_package(PROJECT / "harness")
    assert {"harness/cli.py", "harness/images/recipes/endpoint/Dockerfile"} <= files.keys()
    assert not [name for name in files if "__pycache__" in name]
