from __future__ import annotations

import asyncio
from dataclasses import replace

import httpx
import pytest

from harness.documents.api import Document, DocumentsApi, Hit, RefusedError
from harness.errors import EnvironmentFailedError, UsageError
from tests.harness.test_environment import ENVIRONMENT


def _ask(response: httpx.Response | httpx.TransportError) -> Document:
    """Return the API's document when the server answers `response`."""

    def answer(request: httpx.Request) -> httpx.Response:
        if isinstance(response, httpx.TransportError):
            raise response
        return response

    async def main() -> Document:
        async with DocumentsApi(ENVIRONMENT, httpx.MockTransport(answer)) as api:
            return await api.document("1")

    return asyncio.run(main())


def test_fields_that_are_null_missing_or_new_do_no_harm():
    answer = {"id": "1", "file_name": "f", "status": "pending", "stage": None, "colour": "red"}
    assert _ask(httpx.Response(200, json=answer)) == Document("1", "f", "pending")


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        (httpx.Response(404, json={"detail": "找不到文件", "title": "t"}), "404: 找不到文件"),
        (httpx.Response(413, json={"message": "Request Entity Too Large"}), "413: Request Entity"),
        (httpx.Response(502, text="<html>bad</html>"), "502: <html>bad</html>"),
        (httpx.Response(500, json=["odd"]), "500: Internal Server Error"),
        (httpx.Response(503), "503: Service Unavailable"),
    ],
)
def test_an_error_answer_is_refused_with_the_reason_it_gives(response, reason):
    with pytest.raises(RefusedError, match=reason):
        _ask(response)


def test_no_answer_is_the_environment_s_failure():
    with pytest.raises(EnvironmentFailedError, match=r"does not answer .*: refused; run `harness"):
        _ask(httpx.ConnectError("refused"))


def test_an_environment_without_an_api_is_said():
    with pytest.raises(UsageError, match="no HTTP API"):
        DocumentsApi(replace(ENVIRONMENT, api_url=""))


@pytest.mark.parametrize(
    ("status", "settled"),
    [("pending", False), ("processing", False), ("completed", True), ("failed", True)],
)
def test_a_document_is_settled_when_processing_is_over(status, settled):
    assert Document("1", "f", status).settled is settled


def test_a_hit_needs_neither_pages_nor_heading():
    answer = {"document_id": "1", "file_name": "f", "content": "c", "score": 0.5}
    assert Hit.from_json(answer) == Hit("f", "c", 0.5)
