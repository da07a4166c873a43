"""The messages are those of engine 20.10."""

from __future__ import annotations

import pytest

from harness.images.build_failure import explain


@pytest.mark.parametrize(
    ("message", "meaning", "remedy"),
    [
        ("write /x: no space left on device", "disk of the engine is full", "images remove"),
        (
            "standard_init_linux.go:228: exec user process caused: exec format error",
            "architecture",
            "binfmt",
        ),
        ("manifest for x:1 not found: manifest unknown", "does not exist", "--base-image"),
        ("pull access denied for x, repository does not exist", "does not exist", "--base-image"),
        (
            'Get "https://x.example/v2/": dial tcp: lookup x.example on 192.0.2.1:53: no such host',
            "no registry can be reached",
            "--offline",
        ),
        ('failed to compute cache key: "/a" not found: not found', "not there", ".dockerignore"),
        (
            "COPY failed: file not found in build context or excluded by .dockerignore: stat a",
            "not there",
            "the path in the Dockerfile",
        ),
    ],
)
def test_what_it_means_and_what_to_do(message, meaning, remedy):
    said = explain(message)
    assert meaning in said
    assert remedy in said
    assert message in said


def test_how_buildkit_came_to_it_is_left_out():
    said = (
        "failed to solve with frontend dockerfile.v0: failed to create LLB definition: line 2: no"
    )
    assert explain(said) == "line 2: no"


def test_what_is_not_known_is_said_as_it_is():
    assert explain("something else\n") == "something else"
