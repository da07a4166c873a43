"""Filters of search: what they leave, and what is no filter."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from api.filters import Filters
from processor.database import Connection
from tests.api.conftest import User
from tests.api.corpus import add_document

RULE = "特別休假應於事前申請。"


def names(user: User, **query: Any) -> set[str]:
    answer = user.get("/search", q="特別休假", **query)
    assert answer.status_code == 200, answer.text
    return {hit["file_name"] for hit in answer.json()["results"]}


@pytest.fixture
def library(connection: Connection) -> dict[str, str]:
    """Four documents of alice that all match, by their names; and one of bob's."""
    dates = {
        "a.pdf": "2026-01-01T00:00:00Z",
        "b.pdf": "2026-01-02T23:59:59.999Z",
        "c.docx": "2026-01-03T08:00:00Z",
        "d.md": "2026-01-04T00:00:00Z",
    }
    ids = {
        name: str(add_document(connection, "alice", name, [RULE], date))
        for name, date in dates.items()
    }
    return ids | {"bob.pdf": str(add_document(connection, "bob", "bob.pdf", [RULE]))}


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ({}, "abcd"),
        ({"file_type": "pdf"}, "ab"),
        ({"file_type": ["application/pdf", "md"]}, "abd"),
        ({"uploaded_from": "2026-01-02"}, "bcd"),
        ({"uploaded_to": "2026-01-02"}, "ab"),
        ({"uploaded_from": "2026-01-02", "uploaded_to": "2026-01-02"}, "b"),
        ({"uploaded_from": "2026-01-03T16:00:00+08:00"}, "cd"),
        ({"uploaded_from": "2026-01-03T08:00:01"}, "d"),
        ({"uploaded_to": "2026-01-01T00:00:00Z"}, "a"),
        ({"uploaded_from": "9999-12-31", "uploaded_to": "9999-12-31"}, ""),
        ({"file_type": "pdf", "uploaded_from": "2026-01-02"}, "b"),
        ({"file_type": "eml"}, ""),
    ],
)
def test_filters_narrow_what_is_found(
    alice: User, library: dict[str, str], query: dict[str, Any], left: str
) -> None:
    assert {name[0] for name in names(alice, **query)} == set(left)


def test_documents_are_named_by_id(alice: User, library: dict[str, str]) -> None:
    assert names(alice, document_id=library["c.docx"]) == {"c.docx"}
    wanted = [library["a.pdf"], library["d.md"], str(uuid4())]
    assert names(alice, document_id=wanted) == {"a.pdf", "d.md"}


def test_a_document_of_another_user_is_one_that_does_not_exist(
    alice: User, library: dict[str, str]
) -> None:
    theirs = alice.get("/search", q="特別休假", document_id=library["bob.pdf"])
    nobodys = alice.get("/search", q="特別休假", document_id=str(uuid4()))
    assert (theirs.status_code, theirs.json()) == (nobodys.status_code, nobodys.json())
    assert theirs.json()["results"] == []


def test_filters_hold_before_the_best_are_taken(alice: User, connection: Connection) -> None:
    """More chunks match better than any of the document that is asked for."""
    add_document(connection, "alice", "many.txt", [RULE] * 250)
    weak = add_document(connection, "alice", "weak.md", ["休假另有規定，本條僅供參考之用。"])
    assert names(alice, document_id=str(weak)) == {"weak.md"}
    assert names(alice, file_type="md") == {"weak.md"}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"document_id": "1"}, "query.document_id.0"),
        ({"document_id": [str(uuid4())] * 101}, "query.document_id"),
        ({"file_type": "exe"}, "query.file_type.0"),
        ({"file_type": "\0"}, "query.file_type.0"),
        ({"uploaded_from": "yesterday"}, "query.uploaded_from"),
        ({"uploaded_from": "1700000000"}, "query.uploaded_from"),
        ({"uploaded_to": "0000-01-01"}, "query.uploaded_to"),
        ({"uploaded_to": "0001-01-01T00:00:00+23:59"}, "query.uploaded_to"),
        ({"offset": "201"}, "query.offset"),
        ({"offset": "-1"}, "query.offset"),
    ],
)
def test_what_is_no_filter_is_named(alice: User, query: dict[str, Any], field: str) -> None:
    answer = alice.get("/search", q="x", **query)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_nothing_is_within_a_time_that_ends_before_it_begins(
    alice: User, connection: Connection
) -> None:
    add_document(connection, "alice", "a.txt", ["x"])
    answer = alice.get("/search", q="x", uploaded_from="2999-02-01", uploaded_to="2001-01-31")
    assert answer.json()["results"] == []


def test_a_day_lasts_until_its_last_moment() -> None:
    asked = Filters.model_validate({"uploaded_from": "2026-01-02", "uploaded_to": "2026-01-02"})
    assert asked.uploaded_from == datetime(2026, 1, 2, tzinfo=UTC)
    assert asked.uploaded_to == datetime(2026, 1, 2, 23, 59, 59, 999999, tzinfo=UTC)
