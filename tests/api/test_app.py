"""What holds for every route: problems, tokens, health, OpenAPI, the line in the log."""

from __future__ import annotations

import json
import re
import time
from typing import Any
from uuid import UUID

import httpx
import pytest

from api import app
from api.sandbox import Sandbox
from processor.errors import ConfigurationError
from tests.api import gateway
from tests.api.conftest import User, authorization
from tests.processor.lines import logged

PROTECTED = [
    ("POST", "/upload/document"),
    ("POST", "/upload/presigned-url"),
    ("POST", "/upload/00000000-0000-0000-0000-000000000000/complete"),
    ("GET", "/documents"),
    ("GET", "/documents/00000000-0000-0000-0000-000000000000"),
    ("DELETE", "/documents/00000000-0000-0000-0000-000000000000"),
    ("POST", "/documents/00000000-0000-0000-0000-000000000000/retry"),
    ("GET", "/search?q=x"),
    ("POST", "/query"),
]
FILE = {"files": ("密件.txt", b"text")}


def unconfigured() -> Sandbox:
    raise ConfigurationError("S3_BUCKET", "name the bucket")


def with_a_bug() -> Sandbox:
    raise ZeroDivisionError


@pytest.mark.parametrize(("method", "path"), PROTECTED)
@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="missing"),
        pytest.param({"Authorization": "Basic YTpi"}, id="other scheme"),
        pytest.param({"Authorization": "Bearer"}, id="no token"),
        pytest.param({"Authorization": "Bearer a.b.c"}, id="not a token"),
        pytest.param(authorization("alice", exp=int(time.time()) - 1), id="expired"),
    ],
)
def test_routes_want_a_valid_token(
    offline: httpx.Client, method: str, path: str, headers: dict[str, str]
) -> None:
    files = FILE if path.startswith("/upload") else None

    answer = offline.request(method, path, headers=headers, files=files)

    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing/here", 404, "not_found"),
        ("DELETE", "/search", 405, "method_not_allowed"),
        ("GET", "/documents", 401, "unauthorized"),
    ],
)
def test_errors_are_problems(
    offline: httpx.Client, method: str, path: str, status: int, code: str
) -> None:
    answer = offline.request(method, path)

    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.status_code == problem["status"] == status
    assert problem["code"] == code
    assert problem["type"] == f"urn:hr-chatbot:problem:{code}"
    assert problem["title"]
    assert re.fullmatch(r"[^a-z]*[\u4e00-\u9fff].*。 [\x20-\x7e]+[.]", problem["detail"])


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/documents", "GET"),
        (f"/documents/{UUID(int=0)}", "DELETE, GET"),
        (f"/documents/{UUID(int=0)}/retry", "POST"),
    ],
)
def test_a_route_says_what_it_may_be_asked_for(
    offline: httpx.Client, path: str, methods: str
) -> None:
    answer = offline.patch(path)

    assert (answer.status_code, answer.headers["allow"]) == (405, methods)


def test_a_form_that_cannot_be_read_is_told_why(alice: User) -> None:
    headers = {**authorization("alice"), "Content-Type": "multipart/form-data"}
    answer = alice.client.post("/upload/document", content=b"x", headers=headers)

    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (400, "bad_request")
    assert problem["detail"].startswith(
        "要求無法解讀，請檢查格式後再試。 The request cannot be read"
    )
    assert "boundary" in problem["detail"]


def test_a_slash_too_many_is_no_way_to_another_host(alice: User) -> None:
    answer = alice.get("/documents/", headers={"Host": "evil.example"})

    assert answer.status_code == 404


def test_a_problem_names_lambdas_request(offline: httpx.Client) -> None:
    answer = offline.get("/nothing/here")

    assert UUID(answer.json()["instance"].removeprefix("urn:uuid:"))


def test_a_wrong_configuration_is_a_503_that_the_log_explains(
    capsys: pytest.CaptureFixture[str],
) -> None:
    answer = gateway.client(app.create(unconfigured)).get("/health")

    assert (answer.status_code, answer.json()["code"]) == (503, "service_unavailable")
    assert "S3_BUCKET" not in answer.text
    (failure, _), _ = logged(capsys)
    assert "S3_BUCKET is not usable: name the bucket" in failure["exception"][0]


def test_a_bug_is_a_500_that_gives_nothing_away(capsys: pytest.CaptureFixture[str]) -> None:
    answer = gateway.client(app.create(with_a_bug)).get("/health")

    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert "ZeroDivision" not in answer.text
    (failure, end), _ = logged(capsys)
    assert failure["exception"][0].startswith("ZeroDivisionError at test_app.py:")
    assert (end["status"], end["error_code"]) == (500, "internal_error")
    assert failure["correlation_id"] == end["correlation_id"]


def test_health_needs_no_token(client: httpx.Client) -> None:
    answer = client.get("/health")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "database": "ok"})


def test_health_without_a_database(offline: httpx.Client) -> None:
    answer = offline.get("/health")

    assert (answer.status_code, answer.json()["code"]) == (503, "service_unavailable")


def test_openapi_is_complete(offline: httpx.Client) -> None:
    document = offline.get("/openapi.json").json()

    operations = {
        (method.upper(), path): operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }
    assert set(operations) == {
        ("POST", "/upload/document"),
        ("POST", "/upload/presigned-url"),
        ("POST", "/upload/{document_id}/complete"),
        ("GET", "/documents"),
        ("GET", "/documents/{document_id}"),
        ("DELETE", "/documents/{document_id}"),
        ("POST", "/documents/{document_id}/retry"),
        ("GET", "/search"),
        ("POST", "/query"),
        ("GET", "/health"),
    }
    references = set(_references(document))
    assert "#/components/schemas/Problem" in references
    assert references <= {f"#/components/schemas/{n}" for n in document["components"]["schemas"]}
    assert "HTTPValidationError" not in document["components"]["schemas"]
    assert offline.get("/docs").status_code == 200


def _references(node: Any) -> list[str]:
    if isinstance(node, list):
        return [reference for item in node for reference in _references(item)]
    if not isinstance(node, dict):
        return []
    own = [node["$ref"]] if "$ref" in node else []
    return own + [reference for item in node.values() for reference in _references(item)]


def test_a_request_leaves_one_line_without_content(
    alice: User, capsys: pytest.CaptureFixture[str]
) -> None:
    receipt = alice.upload(("密件.txt", "薪資表".encode())).json()["documents"][0]
    alice.get("/search", q="薪資")

    written = capsys.readouterr().out
    lines = [json.loads(line) for line in written.splitlines()]
    upload, search = [line for line in lines if line.get("message") == "Request finished"]
    facts = [upload[key] for key in ("method", "route", "status", "document_id")]
    assert facts == ["POST", "/upload/document", 200, receipt["id"]]
    assert (search["route"], search["status"]) == ("/search", 200)
    assert UUID(upload["correlation_id"]) != UUID(search["correlation_id"])
    assert not any(word in written for word in ("密件", "薪資", "eyJ"))


def test_a_request_publishes_its_metrics(alice: User, capsys: pytest.CaptureFixture[str]) -> None:
    alice.upload(("a.txt", b"text"), ("b.txt", b"text"))
    alice.upload(("a.exe", b"text"))
    alice.get("/search", q="text")

    _, published = logged(capsys)
    told = {name: line for line in published for name in line if name[0].isupper()}
    assert told["UploadsAccepted"]["UploadsAccepted"] == [2]
    assert told["UploadsRefused"]["error_code"] == "unsupported_type"
    assert told["SearchDuration"]["ranking"] == "hybrid"
    routes = [line["route"] for line in published if "RequestDuration" in line]
    assert routes == ["/upload/document", "/upload/document", "/search"]
