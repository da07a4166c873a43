from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from harness.errors import AwsError
from harness.services.lambda_.images import ImageSource, SourceDirectories, repository_name
from tests.harness.services.lambda_.examples import function

CONTEXT = Path("/context")
IMAGES = SourceDirectories({"team/app": ImageSource(CONTEXT, ("app.handler",))})


@pytest.mark.parametrize(
    ("own_handler", "handler"), [("", "app.handler"), ("other.handler", "other.handler")]
)
def test_an_image_stands_for_its_directory(own_handler, handler):
    image = replace(function(), image_uri="team/app:v1", handler=own_handler)
    assert IMAGES.locate(image) == (CONTEXT, handler)


def test_an_image_that_is_not_known_is_refused():
    with pytest.raises(AwsError, match=r"known to this environment: team/app"):
        asyncio.run(IMAGES.digest("nobody/knows:v1"))


def test_another_tag_is_another_image():
    digests = {asyncio.run(IMAGES.digest(f"team/app:{tag}")) for tag in ("v1", "v2", "v1")}
    assert len(digests) == 2


@pytest.mark.parametrize(
    ("uri", "name"),
    [
        ("123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/team/app:v1", "team/app"),
        ("123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/app@sha256:0a", "app"),
        ("localhost:5000/app", "app"),
        ("team/app:v1", "team/app"),
        ("app", "app"),
    ],
)
def test_a_repository_is_named_without_registry_tag_and_digest(uri, name):
    assert repository_name(uri) == name


@pytest.mark.parametrize(
    "config",
    [{}, {"EntryPoint": ["/lambda-entrypoint.sh"]}, {"WorkingDirectory": "/var/task"}],
)
def test_what_a_process_is_started_like_anyway_may_be_said(config):
    IMAGES.check(config)


@pytest.mark.parametrize("config", [{"EntryPoint": ["/bin/sh"]}, {"WorkingDirectory": "/opt"}])
def test_another_start_needs_containers(config):
    with pytest.raises(AwsError, match="without containers"):
        IMAGES.check(config)
