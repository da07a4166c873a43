from __future__ import annotations

from pathlib import Path

import pytest

from harness.stack.images import images

HOST = "123456789012.dkr.ecr.ap-northeast-1.amazonaws.com"


@pytest.mark.parametrize(
    ("uri", "repository"),
    [
        (f"{HOST}/processor:v1", "processor"),
        (f"{HOST}/team/processor@sha256:{'a' * 64}", "team/processor"),
        (f"{HOST}/processor:v1@sha256:{'a' * 64}", "processor"),
        ("localhost:5000/processor", "processor"),
        ("processor:v1", "processor"),
    ],
)
def test_the_repository_is_the_name_without_host_tag_and_digest(uri, repository):
    found = images([({"Code": {"ImageUri": uri}}, {"DockerContext": "."})], Path("/stack"))
    assert found == {repository: {"context": "/stack", "dockerfile": "Dockerfile", "command": []}}


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
