"""Idempotency-Key: a request that is sent again is not done again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx
import pytest

from api.errors import KeyReusedError, RequestInProgressError
from api.idempotency import Answer, Once
from api.sandbox import Sandbox
from processor.database import Connection
from processor.settings import DatabaseCredentials
from tests.api.conftest import User, authorization, serve
from tests.api.test_upload import TEXT, rows, versions

FILE = ("a.txt", TEXT)
WANTED = {"file_name": "a.pdf", "file_size": 9}


def upload(user: User, key: str, *files: tuple[str, bytes]) -> httpx.Response:
    headers = authorization(user.id) | {"Idempotency-Key": key}
    parts = [("files", file) for file in files]
    return user.client.post("/upload/document", files=parts, headers=headers)


def presign(user: User, key: str, wanted: Mapping[str, Any] = WANTED) -> httpx.Response:
    headers = authorization(user.id) | {"Idempotency-Key": key}
    return user.client.post("/upload/presigned-url", json=wanted, headers=headers)


def test_the_first_answer_is_given_again(
    alice: User, sandbox: Sandbox, connection: Connection
) -> None:
    first = upload(alice, "k", FILE, ("b.exe", b"MZ"))
    again = upload(alice, "k", FILE, ("b.exe", b"MZ"))

    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["content-type"] == "application/json"
    assert len(rows(connection)) == 1


def test_a_presigned_upload_is_issued_once(alice: User, connection: Connection) -> None:
    assert presign(alice, "k").content == presign(alice, "k").content
    assert len(rows(connection)) == 1


@pytest.mark.parametrize(
    "files", [[("a.txt", TEXT + b"!")], [("b.txt", TEXT)], [FILE, FILE], [("a.tx", b"t" + TEXT)]]
)
def test_another_request_may_not_use_the_key(
    alice: User, connection: Connection, files: list[tuple[str, bytes]]
) -> None:
    upload(alice, "k", FILE)

    answer = upload(alice, "k", *files)

    assert answer.status_code in {415, 422}
    assert answer.json()["code"] in {"idempotency_key_reused", "unsupported_type"}
    assert len(rows(connection)) == 1


def test_another_route_may_not_use_the_key(alice: User) -> None:
    upload(alice, "k", FILE)

    answer = presign(alice, "k")

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")


def test_keys_belong_to_their_users(alice: User, bob: User, connection: Connection) -> None:
    first, second = upload(alice, "k", FILE).json(), upload(bob, "k", ("b.txt", TEXT)).json()

    assert first["documents"][0]["id"] != second["documents"][0]["id"]
    assert len(rows(connection)) == 2


@pytest.mark.parametrize("key", ["x" * 255, '"8e03978e-40d5"', "!~"])
def test_keys_that_are_taken(alice: User, key: str) -> None:
    assert upload(alice, key, FILE).status_code == 200


@pytest.mark.parametrize("key", ["x" * 256, "a b", "", "caf\u00e9"])
def test_keys_that_are_not(alice: User, key: str) -> None:
    headers = authorization("alice") | {"Idempotency-Key": key.encode()}
    answer = alice.client.post("/upload/document", files={"files": FILE}, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert answer.json()["errors"][0]["field"] == "header.idempotency-key"


def test_a_refused_request_leaves_its_key_free(alice: User) -> None:
    assert upload(alice, "k", ("a.txt", b"")).status_code == 422
    assert upload(alice, "k", FILE).status_code == 200


class Interrupted:
    """Takes the files and is interrupted before it can answer."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._intake = sandbox.intake

    def take(self, *arguments: Any) -> Any:
        self._intake.take(*arguments)
        raise ZeroDivisionError


def interrupted(sandbox: Sandbox) -> User:
    return User("alice", serve(replace(sandbox, intake=Interrupted(sandbox))))


def test_an_interrupted_request_is_done_again_without_doubles(
    sandbox: Sandbox, connection: Connection
) -> None:
    """The row and the object are those of the first time, although nobody heard of them."""
    assert upload(interrupted(sandbox), "k", FILE).status_code == 500
    [(first,)] = connection.execute("SELECT id FROM documents")

    answer = upload(User("alice", serve(sandbox)), "k", FILE)

    assert [d["id"] for d in answer.json()["documents"]] == [str(first)]
    assert len(rows(connection)) == 1
    bucket = sandbox.delete.bucket
    assert bucket is not None
    assert {version["Key"] for version in versions(bucket)} == {f"uploads/{first}_a.txt"}


def test_a_document_that_was_deleted_meanwhile_does_not_come_back(
    sandbox: Sandbox, connection: Connection
) -> None:
    alice = User("alice", serve(sandbox))
    assert upload(interrupted(sandbox), "k", FILE).status_code == 500
    [(first,)] = connection.execute("SELECT id FROM documents")
    assert alice.delete(f"/documents/{first}").status_code == 204

    answer = upload(alice, "k", FILE)

    assert (answer.status_code, answer.json()["code"]) == (409, "document_deleted")
    assert rows(connection) == []
    assert sandbox.delete.bucket is not None
    assert versions(sandbox.delete.bucket) == []


def answered(seed: UUID) -> Answer:
    return Answer(200, str(seed).encode())


def never(seed: UUID) -> Answer:
    raise AssertionError("it ran a second time")


@pytest.fixture
def once(connection: Connection) -> Once:
    return Once(lambda: connection)


def test_while_the_first_runs_the_second_has_to_wait(once: Once) -> None:
    def act(seed: UUID) -> Answer:
        with pytest.raises(RequestInProgressError):
            once("u", "k", b"f", never)
        with pytest.raises(KeyReusedError):
            once("u", "k", b"other", never)
        return answered(seed)

    assert once("u", "k", b"f", act) == once("u", "k", b"f", never)


def test_who_has_to_wait_is_told_for_how_long(alice: User, connection: Connection) -> None:
    upload(alice, "k", FILE)
    connection.execute(
        "UPDATE idempotency_keys SET status = NULL, locked_until = now() + interval '9 s'"
    )

    answer = upload(alice, "k", FILE)

    assert (answer.status_code, answer.json()["code"]) == (409, "request_in_progress")
    assert int(answer.headers["Retry-After"]) > 0


def test_a_lease_that_is_over_frees_the_key_for_the_same_request(
    once: Once, connection: Connection
) -> None:
    seeds: list[UUID] = []

    def killed(seed: UUID) -> Answer:
        seeds.append(seed)
        connection.execute("UPDATE idempotency_keys SET locked_until = now() - interval '1 s'")
        assert once("u", "k", b"f", lambda later: (seeds.append(later), answered(later))[1])
        return answered(seed)

    once("u", "k", b"f", killed)
    assert seeds == [seeds[0]] * 2


def test_a_day_later_the_key_is_free_and_makes_other_documents(
    once: Once, connection: Connection
) -> None:
    first = once("u", "k", b"f", answered)
    once("u", "old", b"f", answered)
    connection.execute("UPDATE idempotency_keys SET created_at = now() - interval '25 hours'")

    assert once("u", "k", b"another request", answered) != first
    assert connection.execute("SELECT key FROM idempotency_keys").fetchall() == [("k",)]


def test_a_key_stays_locked_when_its_release_fails(
    database: DatabaseCredentials, connection: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    """The error that the client hears of is the first one."""
    connections = iter([connection])
    once = Once(lambda: next(connections))

    def act(seed: UUID) -> Answer:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        once("u", "k", b"f", act)
    assert "stays locked" in caplog.text
