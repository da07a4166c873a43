"""Where the process runtime differs from AWS; docs/services/lambda.md lists these.

A difference that goes away fails its test, and the list is corrected.
"""

from __future__ import annotations

import re
from pathlib import Path

from tests.contracts.account import Account
from tests.contracts.test_lambda_logs import logged


def test_differs_tmp_is_a_directory_of_the_sandbox(account: Account):
    found = account.function("subject.describe").result()
    assert found["temporary"] != "/tmp"
    assert found["variables"]["TMPDIR"] == found["temporary"]


def test_differs_a_time_out_loses_tmp(account: Account):
    """On AWS files survive the reset of a sandbox (§1.7.6)."""
    function = account.function("subject.leave_file", Timeout=1)
    assert function.result({}) == []
    assert function.result({}) == ["left.txt"]
    assert function.error({"hang": True})[0]["errorType"] == "Sandbox.Timedout"
    assert function.result({}) == []


def test_differs_memory_is_not_limited(account: Account):
    function = account.function("subject.allocate", MemorySize=128)
    assert function.result({"mb": 200}) == 200 * 1024 * 1024


def test_differs_the_code_directory_is_writable(account: Account):
    assert account.function("subject.write").result({}) == "written"


def test_differs_the_endpoint_is_a_variable(account: Account):
    variables = account.function("subject.describe").result()["variables"]
    assert variables["AWS_ENDPOINT_URL"] == account.url
    assert Path(variables["LAMBDA_TASK_ROOT"]) != Path("/var/task")


def test_differs_a_reserved_variable_is_overruled_and_not_refused(account: Account):
    """On AWS the function could not be created (§1.6.1)."""
    function = account.function("subject.describe", {"AWS_REGION": "eu-west-1"})
    assert function.result()["variables"]["AWS_REGION"] == account.region


def test_differs_lines_of_the_platform_stay_text_when_json_is_asked_for(account: Account):
    """Those of the function are JSON, as on AWS (§1.11)."""
    function = account.function("subject.talk", LoggingConfig={"LogFormat": "JSON"})
    function.error()
    messages = [event["message"] for event in logged(account, f"/aws/lambda/{function.name}")]
    assert messages[0].startswith("START RequestId: ")
    assert any(message.startswith("{") and "logged" in message for message in messages)


def test_the_documentation_lists_exactly_these():
    page = Path(__file__).parents[2] / "docs" / "services" / "lambda.md"
    here = {name for name in globals() if name.startswith("test_differs_")}
    assert set(re.findall(r"`(test_differs_\w+)`", page.read_text())) == here
