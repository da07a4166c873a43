from __future__ import annotations

import base64
import io
import sys
from types import SimpleNamespace

import pytest
from werkzeug.wrappers import Request, Response


def _lambda(request: Request) -> Response:
    """Answer as Lambda does: the payload comes back, headers say what became of it."""
    function = request.path.split("/")[3]
    if function == "missing":
        body = '{"Type":"User","Message":"Function not found: arn"}'
        headers = {"x-amzn-ErrorType": "ResourceNotFoundException"}
        return Response(body, 404, headers, content_type="application/json")
    if request.headers["X-Amz-Invocation-Type"] == "Event":
        return Response(status=202)
    headers = {}
    if function == "failing":
        headers["X-Amz-Function-Error"] = "Unhandled"
    if request.headers.get("X-Amz-Log-Type") == "Tail":
        headers["X-Amz-Log-Result"] = base64.b64encode("START\n結束\n".encode()).decode()
    return Response(request.get_data(), 200, headers)


@pytest.fixture
def invoke(harness, environment):
    def run(*words):
        with environment(_lambda):
            return harness("invoke", *words)

    return run


def test_the_answer_is_printed(invoke):
    result = invoke("f", "--payload", '{"a": "字"}')
    assert (result.code, result.out, result.err) == (0, '{"a": "字"}\n', "")


def test_the_end_of_the_log_goes_to_stderr(invoke):
    result = invoke("f", "--tail")
    assert (result.out, result.err) == ("{}\n", "START\n結束\n")


def test_a_function_error_is_a_failure_with_its_answer(invoke):
    result = invoke("failing")
    assert (result.code, result.out) == (1, "{}\n")
    assert result.err == "harness: the function failed (Unhandled)\n"


def test_an_event_is_accepted_without_an_answer(invoke):
    result = invoke("f", "--type", "Event")
    assert (result.code, result.out, result.err) == (0, "", "accepted with status 202\n")


def test_an_unknown_function_is_aws_s_own_message(invoke):
    result = invoke("missing")
    assert result.code == 1
    assert "ResourceNotFoundException: Function not found" in result.err


def test_the_payload_may_come_from_a_file(invoke, tmp_path):
    (tmp_path / "event.json").write_text("[1]")
    assert invoke("f", "--payload", f"@{tmp_path / 'event.json'}").out == "[1]\n"


def test_the_payload_may_come_from_standard_input(invoke, monkeypatch):
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"[2]")))
    assert invoke("f", "--payload", "-").out == "[2]\n"


@pytest.mark.parametrize(
    ("payload", "said"),
    [("{", "the payload is not JSON"), ("@/nowhere/x", "/nowhere/x cannot be read: No such file")],
)
def test_a_payload_that_is_none_is_a_usage_error(harness, payload, said):
    result = harness("invoke", "f", "--payload", payload)
    assert result.code == 2
    assert result.err.startswith(f"harness: {said}")
