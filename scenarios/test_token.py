"""Nobody uploads without a valid token."""

from __future__ import annotations

import time

import jwt
import pytest

from scenarios.client import Pipeline
from scenarios.documents import markdown
from scenarios.tokens import mint


def assert_refused(pipeline: Pipeline, headers: dict[str, str]) -> None:
    """Upload with `headers`; the answer must be 401 and nothing may be stored."""
    before = pipeline.rows("SELECT count(*) AS n FROM documents")
    files = {"files": ("a.md", markdown("不應存入。").content)}
    response = pipeline.http.post("/upload/document", files=files, headers=headers)
    assert response.status_code == 401
    assert response.headers["content-type"] == "application/problem+json"
    assert "www-authenticate" in response.headers
    assert pipeline.rows("SELECT count(*) AS n FROM documents") == before


def test_expired(pipeline: Pipeline) -> None:
    """On AWS: 401 from the second in which the token expires, though its signature is right."""
    assert_refused(pipeline, pipeline.bearer(mint(pipeline, exp=int(time.time()) - 1)))


def test_without_an_expiry(pipeline: Pipeline) -> None:
    """On AWS: a token that would be valid for ever is refused."""
    assert_refused(pipeline, pipeline.bearer(mint(pipeline, exp=None)))


def test_signed_with_another_key(pipeline: Pipeline) -> None:
    """On AWS: 401; a valid form is not a valid signature."""
    claims = {"sub": "demo-user", "exp": int(time.time()) + 3600}
    key = "not the application's key, but long enough"
    assert_refused(pipeline, pipeline.bearer(jwt.encode(claims, key, algorithm="HS256")))


def test_algorithm_none(pipeline: Pipeline) -> None:
    """On AWS: 401; the token does not choose how it is verified."""
    claims = {"sub": "demo-user", "exp": int(time.time()) + 3600}
    assert_refused(pipeline, pipeline.bearer(jwt.encode(claims, "", algorithm="none")))


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer"}, {"Authorization": "Basic YTpi"}, {"Authorization": "x"}],
    ids=["no header", "empty", "another scheme", "nonsense"],
)
def test_missing(pipeline: Pipeline, headers: dict[str, str]) -> None:
    """On AWS: 401 with `WWW-Authenticate`, as RFC 6750 asks for."""
    assert_refused(pipeline, headers)


def test_a_fresh_token_is_accepted(pipeline: Pipeline) -> None:
    """On AWS: 200; what `mint` makes differs from a good token in nothing but the tested claim."""
    assert pipeline.upload(markdown("應存入。"), token=mint(pipeline)).status_code == 200
