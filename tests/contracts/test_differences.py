"""Where the process runtime differs from AWS; docs/services/lambda.md lists these.

A difference that goes away fails its test, and the list is corrected.
"""

from __future__ import annotations

import io
import json
import re
import sys
import zipfile
from pathlib import Path
from threading import Thread

import pytest

from harness.disposable import Disposable
from tests.contracts.account import Account, eventually, member


def test_differs_the_endpoint_is_a_variable(account: Account):
    variables = account.function("subject.describe").result()["variables"]
    assert variables["AWS_ENDPOINT_URL"] == account.url


@pytest.mark.process("an image has one Python")
def test_differs_runtimes_share_the_python_that_is_here(account: Account):
    """On AWS each has its own; here only when that very version is installed with all it needs."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as opened:
        opened.writestr(
            member("h.py"), "import sys\ndef handler(e, c): return sys.version_info[:2]"
        )
    found = [
        account.function(
            "h.handler", Runtime=runtime, Code={"ZipFile": written.getvalue()}
        ).result()
        for runtime in ("python3.10", "python3.14")
    ]
    assert list(sys.version_info[:2]) in found


def test_differs_a_new_function_is_active_at_once(account: Account):
    function = account.function("subject.echo")
    found = account.lambda_.get_function_configuration(FunctionName=function.name)
    assert (found["State"], function.result(1)) == ("Active", 1)


def test_differs_more_is_provisioned_than_the_machine_runs(
    account: Account, environment: Disposable
):
    """On AWS so many sandboxes would exist."""
    function = account.function("subject.echo")
    account.lambda_.publish_version(FunctionName=function.name)
    key = {"FunctionName": function.name, "Qualifier": "1"}
    account.lambda_.put_provisioned_concurrency_config(**key, ProvisionedConcurrentExecutions=500)
    get = account.lambda_.get_provisioned_concurrency_config
    ready = eventually(lambda: found if (found := get(**key))["Status"] == "READY" else None)
    assert ready["AvailableProvisionedConcurrentExecutions"] == 500
    status = environment.status()
    (shown,) = [one for one in status["functions"] if one["name"] == function.name]
    assert shown["sandboxes"] == status["sandboxes"]["bound"]
    account.lambda_.delete_provisioned_concurrency_config(**key)
    account.lambda_.delete_function(FunctionName=function.name)


def test_differs_invocations_wait_for_the_machine(account: Account, environment: Disposable):
    """On AWS all of them would run; here they wait, are counted, and end like the others."""
    reports, signals = account.queue(), account.queue()
    variables = {"REPORTS": reports.url, "SIGNALS": signals.url}
    function = account.function("subject.report_and_wait", variables, Timeout=60)
    bound = environment.status()["sandboxes"]["bound"]
    results: list[str] = []
    client = account.client("lambda", max_pool_connections=bound + 2)

    def invoke() -> None:
        answer = client.invoke(FunctionName=function.name)
        results.append(json.load(answer["Payload"]))

    callers = [Thread(target=invoke) for _ in range(bound + 2)]
    for caller in callers:
        caller.start()

    def counted() -> bool | None:
        """Tell whether the machine is full and the others wait; provisioned sandboxes take room."""
        status = environment.status()
        (own,) = [one for one in status["functions"] if one["name"] == function.name]
        full = status["sandboxes"]["alive"] >= bound and own["waiting"] >= 2
        return True if full and own["running"] + own["waiting"] == len(callers) else None

    assert eventually(counted)
    for _ in callers:
        signals.send()
    for caller in callers:
        caller.join()
    assert results == ["done"] * len(callers)


def test_the_documentation_lists_exactly_these():
    page = Path(__file__).parents[2] / "docs" / "services" / "lambda.md"
    here = {name for name in globals() if name.startswith("test_differs_")}
    assert set(re.findall(r"`(test_differs_\w+)`", page.read_text())) == here
