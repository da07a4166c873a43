from __future__ import annotations

import json

import pytest
from werkzeug.wrappers import Request, Response

from harness.injection import catalogue

ARMED = {"id": "fault-7", "fault": "latency", "ms": 5.0, "service": "s3", "covered": 3, "hits": 1}


class Environment:
    """Answers as an environment with one fault, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, bytes]] = []

    def __call__(self, request: Request) -> Response:
        self.asked.append((request.method, request.path, request.get_data()))
        content, status = {"faults": [ARMED]}, 200
        if request.method == "POST":
            content, status = ARMED, 201
        if request.path.endswith("fault-9"):
            content, status = {"message": "no fault 'fault-9' is in the environment"}, 404
        return Response(json.dumps(content), status, content_type="application/json")


@pytest.fixture
def running(environment):
    made = Environment()
    with environment(made):
        yield made


def test_all_faults_are_listed_without_an_environment(harness):
    result = harness("fault", "list")
    assert result.code == 0
    assert [line.split("\t")[0] for line in result.out.splitlines()[1:]] == catalogue.names()


def test_a_fault_is_added_with_what_was_said_and_its_id_printed(harness, running):
    words = ("latency", "--ms", "5", "--service", "s3", "--operation", "Put*", "--times", "2")
    result = harness("fault", "add", *words)
    assert (result.code, result.out, result.err) == (0, "fault-7\n", "")
    ((method, path, body),) = running.asked
    assert (method, path) == ("POST", "/_harness/faults")
    expected = {"fault": "latency", "ms": 5.0, "service": "s3", "operation": "Put*", "times": 2}
    assert json.loads(body) == expected


def test_what_is_in_the_environment_is_shown(harness, running):
    result = harness("fault", "show")
    assert result.out.splitlines()[1] == "fault-7\tlatency\tms=5.0 service=s3\t3\t1"
    assert json.loads(harness("fault", "show", "--json").out) == [ARMED]


def test_one_or_all_are_cleared(harness, running):
    assert harness("fault", "clear", "fault-7").code == 0
    assert harness("fault", "clear").code == 0
    assert [(method, path) for method, path, _ in running.asked] == [
        ("DELETE", "/_harness/faults/fault-7"),
        ("DELETE", "/_harness/faults"),
    ]


def test_what_is_not_there_is_said(harness, running):
    result = harness("fault", "clear", "fault-9")
    assert (result.code, result.out) == (2, "")
    assert result.err == "harness: no fault 'fault-9' is in the environment\n"


@pytest.mark.parametrize(
    "words", [["latency", "--ms", "x"], ["nonsense"], ["throttle", "--ms", "5"], []]
)
def test_what_is_not_understood_reaches_no_environment(harness, words):
    assert harness("fault", "add", *words).code == 2


def test_without_an_environment_that_is_said(harness):
    assert harness("fault", "add", "throttle").code == 4
