"""One environment for all contract tests of a worker, started as a user starts it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness import settings
from harness.disposable import Disposable, disposable
from tests.contracts.account import Account

TEMPLATE = Path(__file__).parent / "template.yaml"
TIME_SCALE = "600"  # the minute before a retry passes in a tenth of a second
SANDBOXES = "16"  # functions that wait for each other must not wait for a core


@pytest.fixture(scope="session")
def runtime(pytestconfig: pytest.Config) -> str:
    return str(pytestconfig.getoption("--runtime"))


@pytest.fixture(autouse=True)
def suitable(request: pytest.FixtureRequest, runtime: str) -> None:
    """Skip what is about functions as child processes when they run in something else."""
    if runtime != "process" and (marker := request.node.get_closest_marker("process")):
        pytest.skip(*marker.args)


@pytest.fixture(scope="session")
def environment(runtime: str) -> Iterator[Disposable]:
    yield from _environment("--runtime", runtime)


@pytest.fixture(scope="session")
def enforcing_environment(runtime: str) -> Iterator[Disposable]:
    yield from _environment("--runtime", runtime, "--enforce-iam")


def _environment(*more: str) -> Iterator[Disposable]:
    options = ("--template", str(TEMPLATE), "--time-scale", TIME_SCALE)
    bound = ("--max-sandboxes", SANDBOXES)
    with disposable(*options, *bound, *more, inherited=settings.load().inherited) as running:
        yield running
    assert running.leftovers() == []


@pytest.fixture(scope="session")
def account(environment: Disposable) -> Account:
    return _account(environment)


@pytest.fixture(scope="session")
def enforced(enforcing_environment: Disposable) -> Account:
    """Return an account that checks what roles and users do; the tests are its administrator."""
    return _account(enforcing_environment)


def _account(environment: Disposable) -> Account:
    facts = environment.facts
    return Account(facts.endpoint_url, facts.region, facts.access_key_id, facts.secret_access_key)
