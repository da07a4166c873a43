"""One environment for all scenarios of a worker, started as a user starts it."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path

import httpx
import pytest

from harness import settings
from harness.disposable import Disposable, disposable
from harness.errors import EnvironmentFailedError
from scenarios.client import BACKEND, PROCESSOR, Measured, Pipeline
from scenarios.documents import ROOT

API_PATIENCE_S = 35.0  # API Gateway answers within 30 s, if only with an error
LINES_SHOWN = 30


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what is `launched` where somebody else starts the functions (docs/compose.md)."""
    given = _given(config)
    if given is None or "attached functions" not in given.status()["limits"]:
        return
    unseen = pytest.mark.skip(reason="this environment does not start its functions")
    for item in items:
        if item.get_closest_marker("launched"):
            item.add_marker(unseen)


def _given(config: pytest.Config) -> Disposable | None:
    """Return the environment that `--environment` names, None without it."""
    directory = config.getoption("--environment")
    if directory is None:
        return None
    try:
        return Disposable.of(Path(directory).absolute(), settings.load().inherited)
    except EnvironmentFailedError as error:
        raise pytest.UsageError(f"--environment: {error}") from None


@pytest.fixture(scope="session")
def environment(pytestconfig: pytest.Config) -> Iterator[Disposable]:
    if given := _given(pytestconfig):
        yield given
        return
    options = ("--template", str(ROOT / "template.yaml"))
    runtime = ("--runtime", str(pytestconfig.getoption("--runtime")))
    with disposable(*options, *runtime, inherited=settings.load().inherited) as running:
        yield running


@pytest.fixture(scope="session")
def pipeline(environment: Disposable) -> Iterator[Pipeline]:
    with httpx.Client(base_url=environment.facts.api_url, timeout=API_PATIENCE_S) as http:
        yield Pipeline(environment.facts.exports(), http)


@pytest.fixture
def evidence(request: pytest.FixtureRequest) -> Measured:
    """Return a function that keeps a measured value with the scenario's result, for the gate."""

    def measured(name: str, value: float) -> None:
        request.node.user_properties.append((name, round(value, 3)))

    return measured


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Function, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what the functions logged beside a failed scenario."""
    report = yield
    environment = item.funcargs.get("environment")
    if report.failed and isinstance(environment, Disposable):
        report.sections += [
            (f"log of {name}", _log(environment, name)) for name in (PROCESSOR, BACKEND)
        ]
    return report


def _log(environment: Disposable, function: str) -> str:
    try:
        lines = environment.harness("logs", function).splitlines()
    except EnvironmentFailedError as error:  # it may be what the scenario failed of
        return str(error)
    return "\n".join(lines[-LINES_SHOWN:])
