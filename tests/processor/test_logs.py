"""Nothing of a document, its name or a secret reaches the log, whatever goes wrong."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from processor import handler as lambda_function
from processor import settings
from processor.database import Connection, Database
from processor.documents import object_key
from processor.embed import BedrockEmbedder
from processor.errors import ConfigurationError, reason
from processor.handler import handler
from processor.logs import logger
from processor.pages import Page
from processor.pipeline import Dependencies
from processor.settings import DatabaseCredentials
from tests.processor import fakes
from tests.processor.lines import logged
from tests.processor.test_handler import Context

MARK = "機密Zebra"
NAME = f"{MARK}.{MARK}"

Fails = Callable[..., Any]
Break = Callable[[Dependencies], Dependencies]


def raising(error: Exception) -> Fails:
    def fail(*_: object, **__: object) -> Any:
        raise error

    return fail


def refused() -> ClientError:
    answer = {"Error": {"Code": "ValidationException", "Message": f"#/texts/0: {MARK}"}}
    return ClientError(answer, "InvokeModel")  # type: ignore[arg-type]


def asked(error: Exception) -> BedrockEmbedder:
    client = type("Client", (), {"invoke_model": staticmethod(raising(error))})()
    return BedrockEmbedder(client, "m", pause=lambda *_: None)


def refusing_database(deps: Dependencies) -> Dependencies:
    """Let PostgreSQL itself refuse a value, which it then quotes."""

    def extract(*_: object) -> list[Page]:
        deps.store.connection().execute("SELECT %s::uuid", [MARK])
        return []

    return replace(deps, extract=extract)


def unreachable_database(deps: Dependencies) -> Dependencies:
    credentials = DatabaseCredentials("127.0.0.1", 1, "db", "user", MARK)
    store = type(deps.store)(Database(credentials, lambda: credentials))
    return replace(deps, store=store)


BREAKS: dict[str, Break] = {
    "a defect": lambda deps: replace(deps, extract=raising(ValueError(MARK))),
    "a note on an error": lambda deps: replace(deps, extract=raising(noted())),
    "an error of an error": lambda deps: replace(deps, extract=caused),
    "no connection to S3": lambda deps: replace(
        deps, download=raising(EndpointConnectionError(endpoint_url=f"http://s3/b/{MARK}"))
    ),
    "a refusing model": lambda deps: replace(deps, embedder=asked(refused())),
    "a silent model": lambda deps: replace(
        deps, embedder=asked(EndpointConnectionError(endpoint_url=MARK))
    ),
    "a refusing database": refusing_database,
    "an unreachable database": unreachable_database,
    "an unusable secret": lambda deps: replace(
        deps,
        download=lambda *_: settings.parse_database(  # type: ignore[arg-type,return-value]
            "s", {"host": "h", "dbname": "d", "username": "u", "password": MARK, "port": MARK}
        ),
    ),
    "an unknown type": lambda deps: deps,
}


def noted() -> Exception:
    error = KeyError("x")
    error.add_note(MARK)
    return error


def caused(*_: object) -> Any:
    try:
        json.loads(MARK)
    except ValueError as error:
        raise RuntimeError(MARK) from error


@pytest.fixture
def deps(database: DatabaseCredentials, connection: Connection, tmp_path: Path) -> Iterator[Any]:
    shelf = fakes.Shelf(tmp_path)
    shelf.put("v1", f"# {MARK}\n{MARK}。\n")
    made = fakes.dependencies(database, shelf)
    yield made
    made.store.close()


def record(key: str, version: str = "v1", source: str = "aws:s3") -> dict[str, Any]:
    entry = {"key": key, "size": 1, "versionId": version, "sequencer": "0A"}
    return {
        "eventSource": source,
        "eventName": "ObjectCreated:Put",
        "s3": {"bucket": {"name": "b"}, "object": entry},
    }


def run(event: Any, deps: Dependencies, monkeypatch: pytest.MonkeyPatch) -> str:
    """Invoke the handler; returns what the runtime client would log of its error."""
    monkeypatch.setattr(lambda_function, "_sandbox", lambda: deps)
    try:
        handler(event, Context("request-1"))
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""


@pytest.mark.parametrize("name", BREAKS)
def test_failures_are_told_without_content(
    name: str,
    deps: Dependencies,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    file = "v1" if name != "an unknown type" else "binary"
    Path(deps.download.folder, "binary").write_bytes(b"\0\1\2" + MARK.encode())  # type: ignore[attr-defined]
    key = object_key(uuid4(), "a.md" if name != "an unknown type" else NAME)
    keys = [key, object_key(uuid4(), NAME)]
    event = {"Records": [record(k, file) for k in keys]}

    raised = run(event, BREAKS[name](deps), monkeypatch)

    lines, metrics = logged(capfd)
    told = [line for line in lines if line["message"].startswith("Document processing")]
    assert len(told) == 2
    assert all("error_code" in line for line in told)
    assert metrics
    assert MARK not in json.dumps([lines, metrics], ensure_ascii=False)
    assert MARK not in raised
    others = [entry for entry in caplog.records if entry.name != logger.name]
    assert not any(MARK in entry.getMessage() for entry in others)


@pytest.mark.parametrize(
    "event",
    [
        {"Records": [record(f"uploads/{MARK}")]},
        {"Records": [record(object_key(uuid4(), NAME), source=MARK)]},
        {"Records": [{"eventSource": "aws:sqs", "body": MARK}]},
        {"Records": [{"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "s3": MARK}]},
        {"Records": [{"eventSource": "aws:s3", MARK: 1}]},
        {MARK: MARK},
    ],
)
def test_events_are_never_written_down(
    event: Any,
    deps: Dependencies,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("POWERTOOLS_LOGGER_LOG_EVENT", "true")
    raised = run(event, deps, monkeypatch)
    written = capfd.readouterr()
    assert MARK not in raised + written.out + written.err


def test_an_error_is_told_by_class_and_place(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        try:
            raise psycopg.errors.UniqueViolation(MARK)
        except psycopg.Error as error:
            raise ConfigurationError("X", "set it") from error
    except ConfigurationError:
        logger.exception("It failed")
    ((line,), _) = logged(capsys)
    assert line["exception_name"] == "ConfigurationError"
    first, second = line["exception"]
    assert re.fullmatch(r"ConfigurationError at test_logs\.py:\d+: X is not usable: set it", first)
    assert re.fullmatch(r"UniqueViolation 23505 at test_logs\.py:\d+", second)


def test_why_a_connection_failed_is_told_in_known_words() -> None:
    words = f'connection to server at "{MARK}" failed: FATAL: password authentication failed for'
    refused = psycopg.OperationalError(f"{words} {MARK}")
    assert reason(refused) == "OperationalError password authentication failed"
    assert reason(psycopg.OperationalError(MARK)) == "OperationalError"


def test_what_was_called_in_vain_is_told_by_its_host() -> None:
    address = f"https://documents.s3.amazonaws.com/uploads/{MARK}?x={MARK}"
    unreachable = EndpointConnectionError(endpoint_url=address)
    assert reason(unreachable) == "EndpointConnectionError documents.s3.amazonaws.com"


def test_lines_are_visible_and_no_library_is_talkative() -> None:
    assert logger.isEnabledFor(logging.INFO)
    for name in ("botocore.endpoint", "urllib3.connectionpool", "mangum.http", "aws_xray_sdk.x"):
        assert not logging.getLogger(name).isEnabledFor(logging.INFO)


def test_a_key_ends_with_its_document(
    deps: Dependencies, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    good, foreign = record(object_key(uuid4(), "a.md")), record("uploads/readme")
    run({"Records": [good, foreign]}, deps, monkeypatch)
    lines, _ = logged(capsys)
    assert lines[-1]["message"] == "Object ignored"
    assert not {"document_id", "stage", "correlation_id"} & set(lines[-1])
