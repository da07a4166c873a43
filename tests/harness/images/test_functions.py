from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from harness.images.architecture import X86_64
from harness.images.errors import ImageError
from harness.images.functions import FunctionImage, function_images, revision, wheelhouse_lists

PROJECT = Path(__file__).parents[3]


def test_the_template_says_what_is_built_and_what_it_is_called():
    images = {image.name: image for image in function_images(PROJECT / "template.yaml")}
    assert images.keys() == {"hr-chatbot-file-processor", "hr-chatbot-backend"}
    backend = images["hr-chatbot-backend"]
    assert backend.reference.endswith(".amazonaws.com/hr-chatbot-backend:v1")
    assert (backend.version, backend.architecture) == ("v1", X86_64)
    assert backend.requirements == [PROJECT / "image" / "backend.txt"]


def test_a_template_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(ImageError, match=r"none\.yaml cannot be read"):
        function_images(tmp_path / "none.yaml")


def test_a_dockerfile_that_is_not_there_is_named(tmp_path):
    image = FunctionImage("f", "f:v1", tmp_path, "Dockerfile.f", X86_64)
    with pytest.raises(ImageError, match=r"Dockerfile\.f cannot be read \(No such file"):
        image.requirements  # noqa: B018 - it is the reading that fails


@pytest.mark.parametrize(
    ("dockerfile", "lists"),
    [
        ("COPY a.txt wheelhous[e] /w/", ["a.txt"]),
        ("COPY finish.py \\\n    a.txt \\\n    wheelhous[e] /w/", ["a.txt"]),
        ("COPY a.txt /w/\nRUN pip install --requirement /w/a.txt", []),
        ("FROM x", []),
    ],
)
def test_lists_are_what_is_copied_with_the_wheelhouse(dockerfile, lists):
    assert list(wheelhouse_lists(dockerfile)) == lists


def _git(directory, *arguments):
    command = ["git", "-C", directory, "-c", "user.name=x", "-c", "user.email=x@example.com"]
    subprocess.run([*command, *arguments], check=True, capture_output=True)


def test_the_revision_says_when_files_differ_from_the_commit(tmp_path):
    assert revision(tmp_path) == ""
    _git(tmp_path, "init")
    _git(tmp_path, "commit", "--allow-empty", "--message", "x")
    clean = revision(tmp_path)
    assert len(clean) == 40
    (tmp_path / "new").touch()
    assert revision(tmp_path) == f"{clean}-dirty"
