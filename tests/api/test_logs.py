"""No token, file name, query or text reaches the log of the api, whatever goes wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import psycopg
import pytest
from botocore.exceptions import EndpointConnectionError

from api.bucket import Bucket
from api.event_driven import EventDriven
from api.sandbox import Sandbox
from api.search import Search
from processor.database import Connection
from processor.errors import TransientError
from processor.logs import logger
from tests.api.conftest import User, authorization, serve
from tests.processor.lines import logged

MARK = "機密Zebra"

Break = Callable[[Sandbox], Sandbox]


class Unreachable:
    """S3 as botocore tells of it: the address, which has the file name, is part of the error."""

    def put_object(self, **asked: Any) -> Any:
        if "first" in asked["Key"]:
            return {"VersionId": "1"}
        raise EndpointConnectionError(endpoint_url=f"https://s3/{asked['Key']}")

    def delete_object(self, **asked: Any) -> Any:
        raise EndpointConnectionError(endpoint_url=f"https://s3/{asked['Key']}")


class Failing:
    name = "m"

    def embed(self, texts: list[str], **_: Any) -> Any:
        raise TransientError("Bedrock", ValueError(texts[0]))


def broken(*_: Any) -> Connection:
    raise psycopg.errors.InvalidTextRepresentation(f'invalid input syntax: "{MARK}"')


def down(*_: Any) -> Connection:
    raise psycopg.OperationalError(f"password {MARK} failed")


def without_s3(sandbox: Sandbox) -> Sandbox:
    return replace(sandbox, intake=EventDriven(Bucket(Unreachable(), "b"), sandbox.connection))


def without(connection: Callable[..., Connection]) -> Break:
    return lambda sandbox: replace(
        sandbox,
        connection=connection,
        search=Search(connection, None),
        intake=EventDriven(sandbox.intake.bucket, connection),  # type: ignore[attr-defined]
    )


BREAKS: dict[str, Break] = {
    "nothing": lambda sandbox: sandbox,
    "no S3": without_s3,
    "a database that is down": without(down),
    "a defect": without(broken),
    "no model": lambda sandbox: replace(sandbox, search=Search(sandbox.connection, Failing())),
}


@pytest.mark.parametrize("name", BREAKS)
def test_failures_are_told_without_content(
    name: str,
    sandbox: Sandbox,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    client = serve(BREAKS[name](sandbox))
    user = User(MARK, client)
    user.upload(("first.txt", b"x"), (f"{MARK}.txt", MARK.encode()))
    user.upload((f"{MARK}.exe", b"x"))
    user.upload((f"{MARK}.txt", b""))
    user.upload((f"{MARK}.pdf", MARK.encode()))
    user.get("/search", q=MARK)
    user.get("/search", q=MARK, limit=MARK)
    user.get("/documents", **{MARK: MARK})
    user.get(f"/documents/{MARK}")
    user.get(f"/{MARK}")
    client.get("/documents", headers={"Authorization": f"Bearer {MARK.encode().hex()}"})
    client.post("/upload/document", content=MARK.encode(), headers=authorization("alice"))

    written = capfd.readouterr()

    for secret in (MARK, MARK.encode().hex(), "eyJ", json.dumps(MARK)[1:-1]):
        assert secret not in written.out + written.err
    ends = [line for line in map(json.loads, written.out.splitlines()) if "route" in line]
    assert len([line for line in ends if line.get("message") == "Request finished"]) == 11
    others = [e for e in caplog.records if e.name not in (logger.name, "werkzeug")]
    assert not any(MARK in f"{entry.getMessage()}{entry.exc_info}" for entry in others)


def test_an_object_that_stays_is_named(
    sandbox: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    User("alice", serve(without_s3(sandbox))).upload(("first.txt", b"x"), ("b.txt", b"x"))

    lines, _ = logged(capsys)
    (orphan,) = [line for line in lines if line["message"] == "Orphan object"]
    assert str(UUID(orphan["document_id"])) in lines[-1]["documents"]
    assert orphan["correlation_id"] == lines[-1]["correlation_id"]


def test_an_object_carries_the_id_of_its_request(
    alice: User, bucket: Bucket, capsys: pytest.CaptureFixture[str]
) -> None:
    receipt = alice.upload(("a.txt", b"text")).json()["documents"][0]

    key = f"uploads/{receipt['id']}_a.txt"
    metadata = bucket.s3.head_object(Bucket=bucket.name, Key=key)["Metadata"]
    lines, _ = logged(capsys)
    assert metadata == {"correlation-id": lines[-1]["correlation_id"]}
