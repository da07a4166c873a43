from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from api import app
from api.sandbox import Sandbox
from api.search import Search
from processor.database import Connection, connect
from processor.settings import DatabaseCredentials
from tests.api import gateway
from tests.api.conftest import User, serve
from tests.api.corpus import add_document
from tests.api.embedding import SilentEmbedder, WordEmbedder

LEAVE = ["員工服務滿一年者，特別休假七日。", "加班費依勞動基準法計算。", "出差得申請交通費。"]
REMOTE = ["Remote work needs the approval of the manager.", "Expenses are paid monthly."]


def contents(answer: Any) -> list[str]:
    return [hit["content"] for hit in answer.json()["results"]]


def test_a_sentence_is_found_again(alice: User, connection: Connection) -> None:
    document_id = add_document(connection, "alice", "請假.txt", LEAVE)
    add_document(connection, "alice", "remote.txt", REMOTE)

    answer = alice.get("/search", q="特別休假幾日?")

    assert answer.json()["ranking"] == "hybrid"
    best = answer.json()["results"][0]
    assert 0 < best.pop("score") <= 1
    assert best == {
        "document_id": str(document_id),
        "file_name": "請假.txt",
        "chunk_index": 0,
        "content": LEAVE[0],
        "page_from": 1,
        "page_to": 1,
        "heading": "第一章",
        "highlights": [{"start": 9, "end": 13}],
        "excerpt": {"text": LEAVE[0], "start": 0, "end": 16},
    }


def test_the_query_is_embedded_as_a_query(alice: User, embedder: WordEmbedder) -> None:
    alice.get("/search", q=" 特別休假 ")

    assert embedder.asked == [(["特別休假"], "search_query")]


def test_users_find_only_their_own(alice: User, bob: User, connection: Connection) -> None:
    add_document(connection, "alice", "請假.txt", LEAVE)
    add_document(connection, "bob", "remote.txt", REMOTE)
    add_document(connection, None, "unowned.txt", LEAVE)

    assert set(contents(alice.get("/search", q="特別休假"))) <= set(LEAVE)
    assert set(contents(bob.get("/search", q="特別休假"))) <= set(REMOTE)


def test_what_others_upload_does_not_change_the_scores(alice: User, connection: Connection) -> None:
    add_document(connection, "alice", "請假.txt", LEAVE)
    before = alice.get("/search", q="特別休假").json()

    add_document(connection, "bob", "copy.txt", LEAVE * 3)

    assert alice.get("/search", q="特別休假").json() == before


def test_limit_bounds_the_results(alice: User, connection: Connection) -> None:
    add_document(connection, "alice", "many.txt", [f"rule number {i}" for i in range(60)])

    assert len(contents(alice.get("/search", q="rule"))) == 10
    assert len(contents(alice.get("/search", q="rule", limit=50))) == 50


@pytest.mark.parametrize(
    "query", [{}, {"q": ""}, {"q": "  "}, {"q": "x" * 1001}, {"q": "x", "limit": 51}]
)
def test_queries_that_are_refused(alice: User, query: dict[str, Any]) -> None:
    answer = alice.get("/search", **query)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


@pytest.mark.parametrize("query", ["？！…", "\0", "-- '; DROP TABLE documents", "%s %(x)s"])
def test_queries_without_words_or_with_odd_ones(
    alice: User, connection: Connection, query: str
) -> None:
    add_document(connection, "alice", "odd.txt", [*LEAVE, "――――"])

    assert alice.get("/search", q=query).status_code == 200


def test_nothing_uploaded_nothing_found(alice: User) -> None:
    assert contents(alice.get("/search", q="特別休假")) == []


@pytest.mark.parametrize("embedder", [None, SilentEmbedder()], ids=["switched off", "silent"])
def test_without_the_model_words_alone_decide(
    sandbox: Sandbox, connection: Connection, embedder: SilentEmbedder | None
) -> None:
    add_document(connection, "alice", "請假.txt", LEAVE)
    search = Search(sandbox.connection, embedder)

    answer = User("alice", serve(replace(sandbox, search=search))).get("/search", q="特別休假")

    assert answer.json()["ranking"] == "lexical"
    assert contents(answer) == LEAVE[:1]


def test_pages_are_parts_of_one_ranking(alice: User, connection: Connection) -> None:
    add_document(connection, "alice", "many.txt", [f"rule number {i}" for i in range(130)])
    whole: list[Any] = []
    offset: int | None = 0
    while offset is not None:
        page = alice.get("/search", q="rule number 7", limit=50, offset=offset).json()
        whole += page["results"]
        offset = page["next_offset"]

    assert len(whole) == len({hit["chunk_index"] for hit in whole}) >= 100
    assert [hit["score"] for hit in whole] == sorted((h["score"] for h in whole), reverse=True)


def test_there_is_no_page_after_the_last(alice: User, connection: Connection) -> None:
    add_document(connection, "alice", "few.txt", ["rule one", "rule two"])

    assert alice.get("/search", q="rule", limit=2).json()["next_offset"] is None
    assert alice.get("/search", q="rule", limit=1).json()["next_offset"] == 1
    beyond = alice.get("/search", q="rule", offset=200).json()
    assert (beyond["results"], beyond["next_offset"]) == ([], None)


def test_two_users_with_the_same_file_find_their_own(
    alice: User, bob: User, connection: Connection
) -> None:
    hers = add_document(connection, "alice", "請假.txt", LEAVE)
    his = add_document(connection, "bob", "請假.txt", LEAVE)

    found = [user.get("/search", q="特別休假").json()["results"] for user in (alice, bob)]

    assert {hit["document_id"] for hit in found[0]} == {str(hers)}
    assert {hit["document_id"] for hit in found[1]} == {str(his)}
    assert [h["score"] for h in found[0]] == [h["score"] for h in found[1]]


def test_a_database_that_takes_too_long_is_a_503(
    sandbox: Sandbox, connection: Connection, database: DatabaseCredentials
) -> None:
    """Little time is left, and the rows are locked: PostgreSQL ends the statement itself."""
    add_document(connection, "alice", "請假.txt", LEAVE)
    lexical = replace(sandbox, search=Search(sandbox.connection, None))
    hurried = gateway.client(app.create(lambda: lexical), remaining_ms=5_200)
    with connect(database) as other, other.transaction():
        other.execute("LOCK TABLE postings IN ACCESS EXCLUSIVE MODE")
        answer = User("alice", hurried).get("/search", q="特別休假")

    assert (answer.status_code, answer.json()["code"]) == (503, "service_unavailable")
