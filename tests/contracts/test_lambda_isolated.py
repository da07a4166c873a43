"""`harness up --isolate --cpu-share`: what else a function is kept from (aws-behaviour §1.8)."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator

import pytest

from harness import settings
from harness.database.url import DatabaseUrl
from harness.disposable import Disposable, disposable
from harness.services.lambda_.executors.platform import Wanted, probe
from tests.contracts.account import Account
from tests.contracts.conftest import TEMPLATE
from tests.contracts.test_lambda_sandbox import ENDED


@pytest.fixture(scope="module")
def isolated() -> Iterator[Disposable]:
    refusal = probe(Wanted()).refusal
    if refusal or shutil.which("bwrap") is None:
        pytest.skip(refusal or "bubblewrap is not installed")
    options = ("--template", str(TEMPLATE), "--isolate")
    with disposable(*options, inherited=settings.load().inherited) as running:
        yield running
    assert running.leftovers() == []


@pytest.fixture(scope="module")
def closed(isolated: Disposable) -> Account:
    facts = isolated.facts
    return Account(facts.endpoint_url, facts.region, facts.access_key_id, facts.secret_access_key)


def test_a_function_reaches_the_endpoint_and_the_database_only(
    closed: Account, isolated: Disposable
):
    database = DatabaseUrl.parse(isolated.facts.database_url)
    endpoint = int(closed.url.rpartition(":")[2])
    with socket.create_server(("127.0.0.1", 0)) as other:
        places = [
            ("127.0.0.1", endpoint),
            (database.host, database.port),
            other.getsockname(),
            ("192.0.2.1", 80),
        ]
        found = closed.function("sandboxed.connect").result(places)
    assert found == [
        "connected",
        "connected",
        "Connection refused",
        "Network is unreachable",
    ]


def test_it_sees_no_process_but_its_own(closed: Account):
    assert closed.function("sandboxed.processes").result() <= 2  # bubblewrap's first, and itself


@pytest.mark.parametrize("end", ENDED)
def test_its_ends_are_told_apart_and_tmp_is_kept(closed: Account, end: str):
    function = closed.function("sandboxed.wreck", Timeout=1)
    assert function.result("")["files"] == []
    error, request_id = function.error(end)
    kind, message, _ = ENDED[end]
    assert error == {"errorType": kind, "errorMessage": f"RequestId: {request_id} Error: {message}"}
    assert function.result("")["files"] == ["0.txt", "1.txt"]


def test_only_tmp_can_be_written(closed: Account):
    places = ["/tmp/x", "/var/task/x", "/etc/x"]
    found = closed.function("sandboxed.look").result({"places": places})
    assert found["written"] == {
        "/tmp/x": "written",
        **dict.fromkeys(places[1:], "Read-only file system"),
    }
