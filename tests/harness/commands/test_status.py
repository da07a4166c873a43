from __future__ import annotations

import json

from werkzeug.wrappers import Request, Response

STATUS = {
    "services": {"lambda": "invocations run here"},
    "control_plane": {"kind": "container", "image": "moto:5", "id": "sha256:1"},
    "database": {"kind": "embedded", "name": "hr_chatbot"},
    "functions": [
        {
            "name": "f",
            "state": "Active",
            "sandboxes": 2,
            "running": 1,
            "waiting": 0,
            "reaches": "everything",
            "last_error": None,
        }
    ],
    "sandboxes": {"alive": 2, "bound": 8, "waiting": 0},
    "findings": ["amazon.nova-pro-v1:0 is not offered in ap-northeast-1"],
    "limits": {"function time-out": "enforced"},
    "memory_mb": 123.4,
    "queued_events": 7,
    "s3_delivery": "off",
    "faults": [{"id": "fault-1", "fault": "throttle", "covered": 0, "hits": 0}],
}


def _answer(request: Request) -> Response:
    assert request.path == "/_harness/status"
    return Response(json.dumps(STATUS), content_type="application/json")


def test_everything_as_one_object(harness, environment):
    with environment(_answer):
        result = harness("status", "--json")
    assert (result.code, json.loads(result.out)) == (0, STATUS)


def test_a_line_for_each_thing(harness, environment):
    with environment(_answer) as url:
        lines = [line.split("\t") for line in harness("status").out.splitlines()]
    assert ["endpoint", url] in lines
    assert ["memory_mb", "123.4"] in lines
    assert ["sandboxes", "alive 2, bound 8, waiting 0"] in lines
    assert ["queued events", "7"] in lines
    assert ["s3_delivery", "off"] in lines
    assert ["faults", "1"] in lines
    assert ["control plane", "kind container, image moto:5, id sha256:1"] in lines
    assert ["database", "kind embedded, name hr_chatbot"] in lines
    assert ["f", "Active", "2", "1", "0", "everything", ""] in lines
    assert ["function time-out", "enforced"] in lines
    assert STATUS["findings"] in lines


def test_an_environment_that_does_not_answer_is_a_failure_with_advice(harness, environment):
    with environment(_answer):
        pass
    result = harness("status")
    assert result.code == 4
    assert "does not answer" in result.err
    assert "harness down" in result.err


def test_nothing_runs(harness):
    assert harness("status").code == 4
