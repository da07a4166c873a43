"""`harness up` as a user meets it: the real program, real signals, nothing left behind."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from ipaddress import IPv4Address
from pathlib import Path

import psutil
import pytest

from harness import settings

HARNESS = Path(sysconfig.get_path("scripts")) / "harness"
QUEUE = """\
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties: {QueueName: letters}
"""
LIMIT_S = 60


@pytest.fixture
def template(tmp_path):
    file = tmp_path / "template.yaml"
    file.write_text(QUEUE)
    return file


@pytest.fixture
def state_dir(tmp_path):
    return tmp_path / "state"


@pytest.fixture
def variables(state_dir):
    return {**settings.load().inherited, "HARNESS_STATE_DIR": str(state_dir)}


@pytest.fixture
def harness(variables) -> Iterator:
    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        words = [str(HARNESS), *map(str, arguments)]
        return subprocess.run(
            words, env=variables, capture_output=True, text=True, timeout=LIMIT_S, check=False
        )

    yield run
    run("down")


def up(variables, template, **options):
    return subprocess.Popen(
        [HARNESS, "up", "--port", "0", "--template", template],
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


def read_until(process, text):
    for line in process.stdout:
        if text in line:
            return
    pytest.fail(f"ended before it said {text!r}: {process.stderr.read()}")


def descendants(pid):
    return psutil.Process(pid).children(recursive=True)


def refuses(result, code, *words):
    assert result.returncode == code, result.stderr
    assert len(result.stderr.splitlines()) == 1, result.stderr
    for word in words:
        assert word in result.stderr


def test_a_detached_environment_answers_and_down_removes_all_of_it(harness, template, state_dir):
    options = ("--enforce-iam", "--no-vpc")
    result = harness("up", "--detach", "--port", "0", *options, "--template", template)
    assert result.returncode == 0, result.stderr
    exports = json.loads(harness("env", "--json").stdout)
    assert exports["AWS_ENDPOINT_URL"].startswith("http://127.0.0.1:")
    limits = json.loads(harness("status", "--json").stdout)["limits"]
    assert (limits["IAM"], limits["VPC routing"]) == ("enforced", "not enforced: --no-vpc")
    family = descendants(json.loads((state_dir / "environment.json").read_text())["pid"])
    assert family
    assert harness("down").returncode == 0
    assert [process for process in family if process.is_running()] == []
    assert not state_dir.exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_with_nothing_left(variables, template, state_dir, number):
    with up(variables, template) as process:
        read_until(process, "Ctrl-C")
        family = descendants(process.pid)
        process.send_signal(number)
        code = process.wait(LIMIT_S)
    assert code == (130 if number == signal.SIGINT else 0)
    assert [member for member in family if member.is_running()] == []
    assert not state_dir.exists()


def test_ctrl_c_while_it_starts_leaves_nothing(variables, template, state_dir):
    with up(variables, template) as process:
        while not (state_dir / "processes").exists():
            assert process.poll() is None, process.stderr.read()
        process.send_signal(signal.SIGINT)
        assert process.wait(LIMIT_S) == 130
        assert "Traceback" not in process.stderr.read()
    assert not state_dir.exists()


def test_after_kill_9_the_next_up_cleans_and_starts(variables, template, harness, state_dir):
    with up(variables, template) as process:
        read_until(process, "Ctrl-C")
        family = descendants(process.pid)
        process.kill()
    psutil.wait_procs(family, timeout=LIMIT_S)
    result = harness("up", "--detach", "--port", "0", "--template", template)
    assert result.returncode == 0, result.stderr
    assert [member for member in family if member.is_running()] == []


def test_a_second_up_names_the_first(variables, template, harness):
    with up(variables, template) as process:
        read_until(process, "Ctrl-C")
        second = harness("up", "--port", "0", "--template", template)
        process.terminate()
    refuses(second, 4, str(process.pid), "harness down")


def test_a_taken_port_is_named_with_the_way_out(harness, template, state_dir):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refuses(harness("up", "--port", port, "--template", template), 4, str(port), "--port 0")
    assert not state_dir.exists()


def test_another_address_is_listened_on_when_asked_for(harness, template):
    everywhere = ("--port", "0", "--listen", str(IPv4Address(0)))
    result = harness("up", "--detach", *everywhere, "--template", template)
    assert result.returncode == 0, result.stderr
    url = json.loads(harness("env", "--json").stdout)["AWS_ENDPOINT_URL"]
    assert url.startswith("http://127.0.0.1:")
    socket.create_connection(("127.0.0.2", int(url.rpartition(":")[2]))).close()


def test_an_address_of_another_machine_is_refused(harness, template, state_dir):
    result = harness("up", "--port", "0", "--listen", "192.0.2.1", "--template", template)
    refuses(result, 4, "192.0.2.1", "--listen")
    assert not state_dir.exists()


def test_a_missing_template_is_named(harness, tmp_path):
    refuses(harness("up", "--template", tmp_path / "none.yaml"), 2, "none.yaml", "--template")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Resources: [\n", ["template.yaml"]),
        ("Resources:\n  A: {Type: 'AWS::Foo::Bar'}\n", ["A", "AWS::Foo::Bar"]),
        ("Resources:\n  A: {Type: 'AWS::SQS::Queue', Properties: {Nme: x}}\n", ["A", "Nme"]),
    ],
)
def test_a_broken_template_is_a_usage_error(harness, template, state_dir, text, words):
    template.write_text(text)
    refuses(harness("up", "--port", "0", "--template", template), 2, *words)
    assert not state_dir.exists()


def test_a_failing_hook_shows_what_it_said(harness, template, state_dir):
    program = "import sys; sys.exit('no such table')"
    hook = f"Metadata: {{Harness: {{Setup: [{{Command: [python, -c, {program!r}]}}]}}}}\n"
    template.write_text(QUEUE + hook)
    result = harness("up", "--port", "0", "--template", template)
    assert result.returncode == 4
    assert "no such table" in result.stderr
    assert not state_dir.exists()


def test_detached_it_says_and_returns_the_same(harness, template, state_dir):
    template.write_text("Resources:\n  A: {Type: 'AWS::Foo::Bar'}\n")
    result = harness("up", "--detach", "--port", "0", "--template", template)
    refuses(result, 2, "AWS::Foo::Bar")
    assert not state_dir.exists()


@pytest.mark.parametrize(
    "option",
    [
        ["--time-scale", "0"],
        ["--port", "70000"],
        ["--api-port", "70000"],
        ["--xray-port", "70000"],
        ["--s3-delivery", "delay=soon"],
    ],
)
def test_impossible_options_are_refused(harness, template, option):
    refuses(harness("up", "--port", "0", *option, "--template", template), 2, option[0])


@pytest.mark.parametrize(
    "option", [["--attach", "f"], ["--attach", "f=70000"], ["--listen", "localhost"]]
)
def test_what_is_no_port_and_no_address_is_not_understood(harness, template, option):
    result = harness("up", "--port", "0", *option, "--template", template)
    assert result.returncode == 2
    assert f"argument {option[0]}: " in result.stderr.splitlines()[-1]


@pytest.mark.parametrize("option", ["--attach", "--warm"])
def test_a_function_that_is_not_there_is_named(harness, template, state_dir, option):
    result = harness("up", "--port", "0", option, "unknown=0", "--template", template)
    refuses(result, 2, option, "unknown", "there are: none")
    assert not state_dir.exists()


def test_a_delivery_profile_may_be_in_a_file(harness, template, tmp_path):
    profile = tmp_path / "profile"
    profile.write_text("delay=1..2\nduplicates=many\n")
    result = harness("up", "--s3-delivery", profile, "--template", template)
    refuses(result, 2, "--s3-delivery", "duplicates=many")


@pytest.mark.parametrize(("part", "name"), [("moto_server", "moto"), ("postgres", "PostgreSQL")])
def test_a_part_that_dies_ends_the_environment(variables, template, state_dir, part, name):
    with up(variables, template) as process:
        read_until(process, "Ctrl-C")
        family = [p for p in psutil.Process(process.pid).children() if part in str(p.cmdline())]
        family[0].kill()
        code = process.wait(LIMIT_S)
        said = process.stderr.read()
    assert code == 4
    assert name in said
    assert "Traceback" not in said
    assert not state_dir.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="--owner needs pidfd, which only Linux has")
def test_an_owned_environment_ends_with_its_owner(variables, template, state_dir):
    with (
        subprocess.Popen(["/bin/cat"], stdin=subprocess.PIPE) as owner,
        subprocess.Popen(
            [HARNESS, "up", "--port", "0", "--template", template, "--owner", str(owner.pid)],
            env=variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process,
    ):
        read_until(process, "Ctrl-C")
        owner.kill()
        assert process.wait(LIMIT_S) == 0
    assert not state_dir.exists()


ECHO = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Function:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: echo
      Runtime: python3.13
      Handler: index.handler
      InlineCode: |
        def handler(event, context):
            return event
"""


def test_sandboxes_are_kept_warm_and_their_cold_start_is_nobody_s(harness, template):
    template.write_text(ECHO)
    up = ("up", "--detach", "--port", "0", "--template", template, "--warm", "echo=2")
    assert harness(*up).returncode == 0

    def alive() -> int:
        return int(json.loads(harness("status", "--json").stdout)["sandboxes"]["alive"])

    while alive() < 2:
        pass  # each question takes the time that a process needs to start
    answer = harness("invoke", "echo", "--tail", "--payload", "7")
    assert answer.stdout == "7\n"
    assert "REPORT" in answer.stderr
    assert "Init Duration" not in answer.stderr
    assert alive() == 2


def test_only_functions_of_the_template_can_be_kept_warm(harness, template, state_dir):
    template.write_text(ECHO)
    result = harness("up", "--port", "0", "--template", template, "--warm", "other=1")
    refuses(result, 2, "--warm other: there is no such function; there are: echo")
    assert not state_dir.exists()
