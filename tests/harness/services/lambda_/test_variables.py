from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from harness.services.lambda_.variables import Place, of_a_process, variables
from tests.harness.services.lambda_.examples import REGION, function

PLACE = Place(
    image=of_a_process("", Path("/task"), Path("/venv/bin/python"), Path("/state/tmp")),
    endpoint_url="http://127.0.0.1:4566",
    region=REGION,
    log_stream="2026/11/23/[$LATEST]0123",
    runtime_api="127.0.0.1:9001",
    daemon_address="127.0.0.1:2000",
    access={
        "AWS_ACCESS_KEY_ID": "ASIA",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:4566",
    },
)


def test_the_whole_environment_of_a_function():
    found = variables(function(Environment={"Variables": {"MINE": "1"}}), "h.handler", PLACE)
    assert found == {
        "MINE": "1",
        "AWS_LAMBDA_FUNCTION_NAME": "f",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
        "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/f",
        "AWS_LAMBDA_LOG_STREAM_NAME": "2026/11/23/[$LATEST]0123",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "_HANDLER": "h.handler",
        "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9001",
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.12",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "ASIA",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:4566",
        "LAMBDA_TASK_ROOT": "/task",
        "LAMBDA_RUNTIME_DIR": "/var/runtime",
        "PWD": "/task",
        "PYTHONPATH": "/var/runtime",
        "PATH": "/venv/bin:/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin",
        "LD_LIBRARY_PATH": (
            "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:"
            "/var/task:/var/task/lib:/opt/lib"
        ),
        "LANG": "en_US.UTF-8",
        "LC_CTYPE": "C.UTF-8",
        "TZ": ":UTC",
        "SHLVL": "0",
        "AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1:2000",
        "_AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1",
        "_AWS_XRAY_DAEMON_PORT": "2000",
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
        "TMPDIR": "/state/tmp",
    }


def test_what_lambda_reserves_cannot_be_overridden():
    reserved = {"AWS_REGION": "eu-west-1", "_HANDLER": "x", "PATH": "/mine"}
    found = variables(function(Environment={"Variables": reserved}), "h.handler", PLACE)
    assert (found["AWS_REGION"], found["_HANDLER"]) == (REGION, "h.handler")


@pytest.mark.parametrize("name", ["HOME", "AWS_LAMBDA_MAX_CONCURRENCY", "AWS_LAMBDA_LOG_FORMAT"])
def test_what_must_not_be_there(name):
    """No HOME on Lambda; the second would switch the runtime client to another mode."""
    assert name not in variables(function(), "h.handler", PLACE)


@pytest.mark.parametrize(
    ("given", "level"), [({}, "INFO"), ({"ApplicationLogLevel": "WARN"}, "WARN")]
)
def test_json_logging_is_told_to_the_runtime_client(given, level):
    found = variables(function(LoggingConfig={"LogFormat": "JSON", **given}), "h", PLACE)
    assert (found["AWS_LAMBDA_LOG_FORMAT"], found["AWS_LAMBDA_LOG_LEVEL"]) == ("JSON", level)


def test_a_sandbox_with_a_tmp_of_its_own_needs_no_other():
    assert "TMPDIR" not in of_a_process("", Path("/task"), Path("/venv/bin/python"), None)


def test_a_managed_runtime_is_its_execution_environment():
    found = of_a_process("python3.13", Path("/task"), Path("/venv/bin/python"), None)
    assert found["AWS_EXECUTION_ENV"] == "AWS_Lambda_python3.13"


def test_an_image_brings_its_own_variables_and_its_own_handler():
    found = variables(function(), "", replace(PLACE, image={}))
    assert {"PATH", "LANG", "LAMBDA_TASK_ROOT", "_HANDLER"}.isdisjoint(found)
