"""The application keeps what /openapi.json says: schemathesis tries every operation of it.

It makes up requests that the document allows and requests that it forbids, and follows the links
from one answer to the next request. Bounded and seeded; new routes are tried by themselves.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from pydantic import BaseModel

from api import app
from api.answering import Answering
from api.bucket import Bucket
from api.converse import Converse
from api.models import Document, Problem
from api.sandbox import Sandbox
from processor.database import Connection
from processor.documents import Status, object_key
from tests.api.conftest import authorization
from tests.api.corpus import add_document
from tests.api.model import Model

_sandboxes: list[Sandbox] = []

APPLICATION = app.create(lambda: _sandboxes[-1])
TOKEN = authorization("alice", exp=int(time.time()) + 86_400)["Authorization"].split()[1]
# A request may be right and not agree with the state of things.
STATE = ["2xx", "3xx", 401, 404, 409, 412]
# No schema can say which bytes are a PDF, or which names suit one: such a file may be refused.
FILES = [*STATE, 400, 413, 415, 422]
CONFIGURATION = schemathesis.Config.from_dict(
    {
        "auth": {"openapi": {"HTTPBearer": {"bearer": TOKEN}}},
        "checks": {"positive_data_acceptance": {"expected-statuses": STATE}},
        "operations": [
            {
                "include-path-regex": "^/upload/",
                "checks": {"positive_data_acceptance": {"expected-statuses": FILES}},
            }
        ],
    }
)
SCHEMA = schemathesis.openapi.from_asgi("/openapi.json", APPLICATION, config=CONFIGURATION)
BOUNDED = settings(
    max_examples=25,
    phases=[Phase.explicit, Phase.generate],
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)

FOLLOWED = settings(BOUNDED, max_examples=8, stateful_step_count=5)


@pytest.fixture
def served(sandbox: Sandbox) -> Iterator[None]:
    answer = Answering(sandbox.search, Converse(Model(), "nova"))
    _sandboxes.append(replace(sandbox, answer=answer))
    yield
    _sandboxes.clear()


GATEWAY = ("429", "431")  # what it answers by itself
OPERATIONS = [
    pytest.param(operation, id=operation["operationId"])
    for methods in SCHEMA.raw_schema["paths"].values()
    for operation in methods.values()
]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_operation_is_described(operation: dict[str, Any]) -> None:
    assert operation["description"]
    assert operation["tags"]
    responses = operation["responses"]
    own = {status: answer for status, answer in responses.items() if status not in GATEWAY}
    assert {"500", *GATEWAY} <= set(responses)
    assert ("401" in responses) is ("security" in operation)
    for status, response in own.items():
        assert response["description"]
        assert "x-request-id" in response["headers"]
        if int(status) >= 400:
            assert list(response["content"]) == ["application/problem+json"]


@pytest.mark.parametrize("model", [Document, Problem])
def test_examples_are_valid(model: type[BaseModel]) -> None:
    (example,) = SCHEMA.raw_schema["components"]["schemas"][model.__name__]["examples"]

    shown = model.model_validate(example).model_dump(mode="json", exclude_unset=True)
    assert shown | example == example
    required = {name for name, field in model.model_fields.items() if field.is_required()}
    assert required <= set(example)


@pytest.mark.usefixtures("served")
@SCHEMA.parametrize()
@BOUNDED
def test_every_operation_keeps_what_the_document_says(case: Any) -> None:
    case.call_and_validate()


@pytest.mark.usefixtures("served")
def test_what_one_answer_says_the_next_request_may_use(
    connection: Connection, bucket: Bucket
) -> None:
    """Documents in every state are listed, shown, retried and deleted, in any order."""

    class Following(SCHEMA.as_state_machine()):  # type: ignore[misc]
        def setup(self) -> None:
            connection.execute("TRUNCATE documents, deleted_documents CASCADE")
            for status in Status:
                _store(connection, bucket, status)

    Following.run(settings=FOLLOWED)


def _store(connection: Connection, bucket: Bucket, status: Status) -> None:
    document_id = add_document(connection, "alice", f"{status}.txt", [])
    key = object_key(document_id, f"{status}.txt")
    connection.execute(
        "UPDATE documents SET status = %s, file_path = %s WHERE id = %s",
        [status, key, document_id],
    )
    bucket.s3.put_object(Bucket=bucket.name, Key=key, Body=b"text")
