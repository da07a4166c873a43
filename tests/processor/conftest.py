"""What the processor's tests share: AWS over HTTP, real corpora where they exist."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from hypothesis import settings
from moto.server import ThreadedMotoServer

# Examples take what they take on a busy machine.
settings.register_profile("processor", deadline=None, max_examples=40)
settings.load_profile("processor")

REGION = "ap-northeast-1"
CORPORA = Path(__file__).parents[3] / "shared" / "corpora"


@pytest.fixture(scope="session")
def aws_endpoint() -> Iterator[str]:
    """The URL of an AWS that nobody else uses."""
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def aws(aws_endpoint: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The environment of a function that talks to `aws_endpoint`; returns that URL."""
    for name, value in {
        "AWS_ENDPOINT_URL": aws_endpoint,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_REGION": REGION,
    }.items():
        monkeypatch.setenv(name, value)
    return aws_endpoint


@pytest.fixture
def s3(aws: str) -> Iterator[Any]:
    client = boto3.client("s3", region_name=REGION)
    yield client
    client.close()


@pytest.fixture
def corpora() -> Path:
    """The folder of real documents; the test is skipped where it does not exist."""
    if not CORPORA.is_dir():
        pytest.skip("the shared corpora are not on this machine")
    return CORPORA
