"""One warm environment for all benchmarks that do not measure its start."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness import settings
from harness.disposable import Disposable, disposable
from loadtests.benchmarks.client import Client

TEMPLATE = Path(__file__).parents[2] / "template.yaml"
BARE = Path(__file__).parent / "template.yaml"


@pytest.fixture(scope="session")
def environment() -> Iterator[Disposable]:
    options = ("--template", str(TEMPLATE))
    with disposable(*options, inherited=settings.load().inherited) as running:
        yield running


@pytest.fixture(scope="session")
def client(environment: Disposable) -> Iterator[Client]:
    with Client(environment.facts) as client:
        client.warm_up()
        yield client
