"""The execution environment: its life, what is in it and what it forbids (aws-behaviour §1)."""

from __future__ import annotations

import io
import json
import os
import re
import sys
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from harness.disposable import Disposable
from tests.contracts.account import Account, Function, eventually, member
from tests.contracts.test_lambda_logs import logged

ENDED = {
    "time-out": ("Sandbox.Timedout", "Task timed out after 1.00 seconds", "timeout\t"),
    "exit": ("Runtime.ExitError", "Runtime exited with error: exit status 7", "error\t"),
    "kill": ("Runtime.ExitError", "Runtime exited with error: signal: killed", "error\t"),
    "memory": ("Runtime.ExitError", "Runtime exited with error: signal: killed", "error\t"),
}
IMAGE = {  # what depends on the image, or on what stands for one
    "process": {"AWS_EXECUTION_ENV": "AWS_Lambda_python3.12", "SHLVL": "0"},
    "docker": {"AWS_EXECUTION_ENV": "AWS_Lambda_python3.13"},
}
FILE_SYSTEM = "read-only root, code at /var/task"


@pytest.fixture(scope="session")
def limits(environment: Disposable) -> dict[str, str]:
    found: dict[str, str] = environment.status()["limits"]
    return found


@pytest.fixture
def enforced(limits: dict[str, str]) -> Callable[[str], None]:
    """Return what skips a test about a limit that this platform cannot enforce."""

    def check(limit: str) -> None:
        if not limits[limit].startswith("enforced"):
            pytest.skip(f"{limit}: {limits[limit]}")

    return check


def messages(account: Account, function: Function, reports: int = 1) -> list[str]:
    found = logged(account, f"/aws/lambda/{function.name}", reports)
    return [event["message"] for event in found]


@pytest.mark.parametrize("end", ENDED)
def test_1_7_6_a_reset_loses_the_process_and_keeps_the_sandbox(account: Account, end: str):
    function = account.function("sandboxed.wreck", Timeout=1 if end == "time-out" else 20)
    before = function.result("")
    error, request_id = function.error(end)
    kind, message, status = ENDED[end]
    assert error == {"errorType": kind, "errorMessage": f"RequestId: {request_id} Error: {message}"}
    after = function.result("")
    assert (before["files"], after["files"]) == ([], ["0.txt", "1.txt"])
    assert (before["count"], after["count"]) == (1, 1)
    assert after["stream"] == before["stream"]
    assert after["process"] != before["process"]
    reports = [line for line in messages(account, function, 3) if line.startswith("REPORT")]
    assert f"\tStatus: {status}" in reports[1]
    assert ["Init Duration" in report for report in reports] == [True, False, False]


def test_1_12_the_report_of_a_function_out_of_memory(account: Account):
    function = account.function("sandboxed.wreck", Timeout=20)
    function.error("memory")
    report = messages(account, function)[-1]
    assert "Memory Size: 128 MB\tMax Memory Used: 128 MB\t" in report
    assert report.endswith("Status: error\tError Type: Runtime.ExitError\t")


def test_1_8_memory_of_child_processes_counts(account: Account):
    function = account.function("sandboxed.wreck", Timeout=20)
    error, _ = function.error("memory of a child")
    assert error["errorMessage"].endswith("Runtime exited with error: signal: killed")


def test_1_7_1_an_init_that_takes_too_long_is_tried_again_within_the_invocation(account: Account):
    function = account.function("slow_import.handler", Timeout=9)
    assert function.result() == "ready"
    lines = messages(account, function)
    (report,) = [line for line in lines if line.startswith("INIT_REPORT")]
    assert re.fullmatch(
        r"INIT_REPORT Init Duration: 10\d{3}\.\d\d ms\tPhase: init\tStatus: timeout", report
    )
    assert "Init Duration" not in lines[-1]


def test_1_7_2_each_try_of_a_failing_init_is_reported(account: Account):
    function = account.function("broken_import.handler")
    errors = [function.error()[0] for _ in range(2)]
    assert errors[0] == errors[1]
    lines = messages(account, function, 2)
    phases = re.findall(r"Phase: (\w+)\tStatus: error\tError Type: (\S+)", "\n".join(lines))
    kind = "Runtime.ImportModuleError"
    assert phases == [("init", kind), ("invoke", kind), ("invoke", kind)]
    assert lines[-1].endswith(f"Status: error\tError Type: {kind}\t")


def test_1_7_7_between_invocations_nothing_runs(account: Account):
    function = account.function("sandboxed.beat")
    function.result()
    threading.Event().wait(1)  # the time that nothing may run in
    assert function.result() >= 0.8


def test_1_6_the_variables(account: Account, runtime: str):
    function = account.function("sandboxed.look", {"MINE": "1"})
    found = function.result({"places": []})["variables"]
    stream = found.pop("AWS_LAMBDA_LOG_STREAM_NAME")
    assert re.fullmatch(r"\d{4}/\d\d/\d\d/\[\$LATEST\][0-9a-f]{32}", stream)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_LAMBDA_RUNTIME_API"):
        assert found.pop(name)
    assert found.pop("PATH").endswith("/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin")
    daemon, port = found.pop("AWS_XRAY_DAEMON_ADDRESS").split(":")
    assert (daemon, port) == (
        found.pop("_AWS_XRAY_DAEMON_ADDRESS"),
        found.pop("_AWS_XRAY_DAEMON_PORT"),
    )
    added = {"AWS_ENDPOINT_URL", "TMPDIR", "AWS_SESSION_TOKEN"}
    task_root = found["LAMBDA_TASK_ROOT"]
    assert {name: found[name] for name in found if name not in added} == {
        "MINE": "1",
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.name}",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        **IMAGE[runtime],
        "AWS_REGION": account.region,
        "AWS_DEFAULT_REGION": account.region,
        "_HANDLER": "sandboxed.look",
        "LAMBDA_TASK_ROOT": task_root,
        "LAMBDA_RUNTIME_DIR": "/var/runtime",
        "PWD": task_root,
        "TZ": ":UTC",
        "LANG": "en_US.UTF-8",
        "LC_CTYPE": "C.UTF-8",
        "PYTHONPATH": "/var/runtime",
        "LD_LIBRARY_PATH": (
            "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:"
            "/var/task:/var/task/lib:/opt/lib"
        ),
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
    }


def test_1_8_only_tmp_can_be_written(account: Account, enforced: Callable[[str], None]):
    enforced(FILE_SYSTEM)
    places = ["/tmp/x", "/var/task/x", "/etc/x", "/var/x", "/home/x", "/x"]
    found = account.function("sandboxed.look").result({"places": places})
    assert found["written"] == {
        "/tmp/x": "written",
        **dict.fromkeys(places[1:], "Read-only file system"),
    }
    assert (found["directory"], found["file"]) == ("/var/task", "/var/task/sandboxed.py")
    assert found["variables"]["LAMBDA_TASK_ROOT"] == "/var/task"
    assert "TMPDIR" not in found["variables"]


@pytest.mark.parametrize("size", [512, 700])
def test_1_8_tmp_has_the_configured_size(
    account: Account, enforced: Callable[[str], None], size: int
):
    enforced("size of /tmp")
    settings = {} if size == 512 else {"EphemeralStorage": {"Size": size}}
    function = account.function("sandboxed.fill", **settings)
    assert function.result({"mb": size + 1}) == "No space left on device"
    assert function.result({"mb": size}) == "fits"


def test_1_8_a_new_size_of_tmp_counts_from_the_next_invocation(
    account: Account, enforced: Callable[[str], None]
):
    enforced("size of /tmp")
    function = account.function("sandboxed.look")
    assert function.result({"places": []})["storage_mb"] == 512
    account.lambda_.update_function_configuration(
        FunctionName=function.name, EphemeralStorage={"Size": 1024}
    )
    assert function.result({"places": []})["storage_mb"] == 1024


def test_1_8_files_in_tmp_are_no_memory(account: Account, enforced: Callable[[str], None]):
    enforced("size of /tmp")
    assert account.function("sandboxed.spend", Timeout=20).result({"mb": 180}) == 180


def test_1_8_file_descriptors_end_at_1024(account: Account):
    found = account.function("sandboxed.look").result({"places": []})
    assert found["descriptors"] == 1023
    assert found["core"] == [0, 0]


def runtime_api(account: Account, *requests: list[str]) -> list[Any]:
    return account.function("sandboxed.talk_to_runtime_api").result(requests)


def test_1_3_what_the_runtime_api_refuses(account: Account):
    unknown, late, path, ping = runtime_api(
        account,
        [
            "POST",
            "/2018-06-01/runtime/invocation/8476a536-e9f4-11e8-9739-2dfe598c3fcd/response",
            "1",
        ],
        ["POST", "/2018-06-01/runtime/init/error", "{}"],
        ["GET", "/2018-06-01/runtime/nothing", ""],
        ["GET", "/2018-06-01/ping", ""],
    )
    assert unknown[0] == 400
    assert json.loads(unknown[1]) == {
        "errorMessage": "Invalid request ID",
        "errorType": "InvalidRequestID",
    }
    assert late[0] == 403
    assert json.loads(late[1])["errorType"] == "InvalidStateTransition"
    assert (path[0], ping[0]) == (404, 200)


def test_1_3_a_response_counts_once_and_the_second_ends_the_runtime(account: Account):
    function = account.function("sandboxed.talk_to_runtime_api")
    early = ["POST", "/2018-06-01/runtime/invocation/OWN/response", '"early"']
    assert function.result([early]) == "early"
    assert function.result([]) == []  # in the same sandbox, after an init
    starts = [line for line in messages(account, function, 2) if line.startswith("INIT_START")]
    assert len(starts) == 1


def test_1_11_the_lines_of_the_platform_in_json(account: Account):
    function = account.function("sandboxed.log_levels", LoggingConfig={"LogFormat": "JSON"})
    function.result()
    lines = eventually(lambda: _with_report(account, function))
    assert [json.loads(line)["type"] for line in lines if '"type"' in line] == [
        "platform.initStart",
        "platform.start",
        "platform.report",
    ]
    metrics = json.loads(lines[-1])["record"]["metrics"]
    assert set(metrics) == {
        "durationMs",
        "billedDurationMs",
        "memorySizeMB",
        "maxMemoryUsedMB",
        "initDurationMs",
    }
    assert "printed" in lines  # plain, as it was printed
    records = [json.loads(line) for line in lines if '"level"' in line]
    assert [(record["level"], record["message"]) for record in records] == [
        ("INFO", "INFO"),
        ("WARNING", "WARNING"),
    ]


def test_1_11_levels_choose_what_is_logged(account: Account):
    levels = {"LogFormat": "JSON", "SystemLogLevel": "DEBUG", "ApplicationLogLevel": "WARN"}
    function = account.function("sandboxed.log_levels", LoggingConfig=levels)
    function.result()
    lines = eventually(lambda: _with_report(account, function))
    assert [json.loads(line)["type"] for line in lines if '"type"' in line] == [
        "platform.initStart",
        "platform.initReport",
        "platform.start",
        "platform.runtimeDone",
        "platform.report",
    ]
    assert [json.loads(line)["level"] for line in lines if '"level"' in line] == ["WARNING"]


def _with_report(account: Account, function: Function) -> list[str] | None:
    try:
        events = account.logs.filter_log_events(logGroupName=f"/aws/lambda/{function.name}")
    except account.logs.exceptions.ResourceNotFoundException:
        return None
    lines = [event["message"] for event in events["events"]]
    return lines if any("platform.report" in line for line in lines) else None


@pytest.mark.process("in a container its number is another; see test_up_docker")
@pytest.mark.parametrize("change", ["configuration", "code", "deletion", "no concurrency"])
def test_1_7_a_change_ends_idle_sandboxes_at_once(account: Account, change: str):
    function = account.function("sandboxed.look")
    process = psutil.Process(function.result({"places": []})["process"])
    match change:
        case "configuration":
            account.lambda_.update_function_configuration(
                FunctionName=function.name, MemorySize=256
            )
        case "code":
            code = _zipped("sandboxed.py", "def look(event, context): pass\n")
            account.lambda_.update_function_code(FunctionName=function.name, ZipFile=code)
        case "no concurrency":
            account.lambda_.put_function_concurrency(
                FunctionName=function.name, ReservedConcurrentExecutions=0
            )
        case "deletion":
            account.lambda_.delete_function(FunctionName=function.name)
    _, alive = psutil.wait_procs([process], timeout=20)
    assert alive == []


def _zipped(name: str, content: str) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as opened:
        opened.writestr(member(name), content)
    return written.getvalue()


@pytest.mark.process("an image has its own Python")
def test_differs_the_python_of_the_harness_leads_the_path(account: Account):
    path = account.function("sandboxed.look").result({"places": []})["variables"]["PATH"]
    assert Path(path.partition(":")[0]).samefile(Path(sys.executable).parent)


@pytest.mark.process("a container has Lambda's user")
def test_differs_a_function_runs_as_the_user_of_the_harness(account: Account):
    assert account.function("sandboxed.look").result({"places": []})["user"] == os.getuid()


def test_differs_there_is_no_extensions_api(account: Account):
    (answer,) = runtime_api(account, ["POST", "/2020-01-01/extension/register", "{}"])
    assert answer[0] == 404


def test_the_documentation_lists_exactly_these():
    page = Path(__file__).parents[2] / "docs" / "services" / "lambda-sandbox.md"
    here = {name for name in globals() if name.startswith("test_differs_")}
    assert set(re.findall(r"`(test_differs_\w+)`", page.read_text())) == here
