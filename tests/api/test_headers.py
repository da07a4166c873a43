"""Headers that every answer has."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from uuid import UUID

import httpx
import pytest

from api import app
from tests.api import gateway
from tests.api.conftest import User
from tests.api.test_app import with_a_bug
from tests.processor.lines import logged


@pytest.mark.parametrize("path", ["/health", "/documents", "/nothing", "/openapi.json", "/docs"])
def test_browsers_are_told_what_an_answer_is_not(client: httpx.Client, path: str):
    headers = client.get(path).headers

    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["strict-transport-security"] == "max-age=63072000; includeSubDomains"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_nobody_keeps_what_belongs_to_a_user(alice: User):
    assert alice.get("/search", q="x").headers["cache-control"] == "no-store"
    assert alice.get("/documents").headers["cache-control"] == "private, no-cache"


def test_an_answer_names_its_request_as_the_log_does(
    alice: User, capsys: pytest.CaptureFixture[str]
):
    answer = alice.get("/nothing")

    identity = answer.headers["x-request-id"]
    assert UUID(identity)
    assert answer.json()["instance"] == f"urn:uuid:{identity}"
    [[request], _] = logged(capsys)
    assert request["correlation_id"] == identity


def test_a_bug_names_its_request_too():
    answer = gateway.client(app.create(with_a_bug)).get("/health")

    assert answer.status_code == 500
    assert answer.json()["instance"] == f"urn:uuid:{answer.headers['x-request-id']}"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_page_of_the_docs_may_run_its_own_script_and_no_other(client: httpx.Client):
    answer = client.get("/docs")

    own, *others = re.findall(r"<script>(.*?)</script>", answer.text)
    policy = answer.headers["content-security-policy"]
    assert others == []
    assert f"'sha256-{b64encode(sha256(own.encode()).digest()).decode()}'" in policy
    assert "unsafe-inline" not in policy.partition("style-src")[0]
    for address in re.findall(r'(?:src|href)="([^"]+)"', answer.text):
        assert address.startswith("https://cdn.jsdelivr.net/")
