from __future__ import annotations

from pathlib import Path

import pytest

from harness.stack.images import images

HOST = "123456789012.dkr.ecr.ap-northeast-1.amazonaws.com"
DIGEST = f"sha256:{'a' * 64}"


@pytest.mark.parametrize(
    ("uri", "repository", "reference"),
    [
        (f"{HOST}/processor:v1", "processor", f"{HOST}/processor:v1"),
        (f"{HOST}/team/processor@{DIGEST}", "team/processor", f"{HOST}/team/processor:v2"),
        (f"{HOST}/processor:v1@{DIGEST}", "processor", f"{HOST}/processor:v1"),
        ("localhost:5000/processor", "processor", "localhost:5000/processor:v2"),
        ("processor:v1", "processor", "processor:v1"),
    ],
)
def test_a_repository_is_named_without_host_tag_and_digest_and_a_build_with_a_tag(
    uri, repository, reference
):
    metadata = {"DockerContext": ".", "DockerTag": "v2"}
    assert images([({"Code": {"ImageUri": uri}}, metadata)], Path("/stack")) == {
        repository: {
            "reference": reference,
            "context": "/stack",
            "dockerfile": "Dockerfile",
            "command": [],
            "architecture": "x86_64",
        }
    }


@pytest.mark.parametrize(
    ("properties", "metadata"),
    [
        ({"Code": {"S3Bucket": "b", "S3Key": "k"}}, {"DockerContext": "."}),
        ({"Code": {"ImageUri": "x:v1"}}, {}),
        ({}, {}),
    ],
)
def test_functions_without_an_image_or_a_context_are_left_out(properties, metadata):
    assert images([(properties, metadata)], Path()) == {}


def test_of_several_functions_with_one_image_the_first_decides():
    functions = [
        ({"Code": {"ImageUri": "x:v1"}, "ImageConfig": {"Command": [name]}}, {"DockerContext": "."})
        for name in ("first.handler", "second.handler")
    ]
    assert images(functions, Path("/stack"))["x"]["command"] == ["first.handler"]
