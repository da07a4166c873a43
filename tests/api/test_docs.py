"""docs/api.md names everything a client can meet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx

from api.errors import ApiError
from api.models import Citation, Document, Excerpt, Hit, QueryAnswer, Refusal, SearchAnswer
from api.routes.query import Question
from api.routes.search import Searched

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "api.md").read_text(encoding="utf-8")
RETRIEVAL = (DOCS / "retrieval.md").read_text(encoding="utf-8")


def codes(error: type[ApiError]) -> Iterator[str]:
    for kind in error.__subclasses__():
        yield from codes(kind)
        if "code" in vars(kind):
            yield kind.code


def test_every_route_is_described(offline: httpx.Client) -> None:
    for path, methods in offline.get("/openapi.json").json()["paths"].items():
        for method in methods:
            assert f"`{method.upper()} {path.replace('document_id', 'id')}" in PAGE


def test_every_code_is_described() -> None:
    assert [code for code in codes(ApiError) if f"`{code}`" not in PAGE] == []


def test_every_field_is_shown() -> None:
    assert [field for field in Document.model_fields if f'"{field}":' not in PAGE] == []
    models = (SearchAnswer, Hit, Excerpt, QueryAnswer, Citation)
    fields = [field for model in models for field in model.model_fields]
    assert [field for field in fields if f'"{field}":' not in RETRIEVAL] == []


def test_every_parameter_and_refusal_is_described() -> None:
    names = [*Searched.model_fields, *Question.model_fields, *Refusal]
    assert [name for name in names if f"`{name}`" not in RETRIEVAL] == []
