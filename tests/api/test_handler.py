"""The deployed handler, configured by nothing but its environment and Secrets Manager."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import boto3
import httpx
import pytest

from api import app, sandbox
from api.bucket import Bucket
from processor import settings as shared
from processor.database import Connection
from processor.settings import DatabaseCredentials
from tests.api import gateway
from tests.api.conftest import KEY, REGION, User

HEAVY = ("aws_xray_sdk", "numpy", "pypdf", "pypdfium2", "docx", "lxml", "uvicorn", "moto")


@pytest.fixture
def secrets(aws_endpoint: str, database: DatabaseCredentials) -> Iterator[Any]:
    client = boto3.client(
        "secretsmanager",
        endpoint_url=aws_endpoint,
        region_name=REGION,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )
    values = asdict(database) | {"username": database.user}
    client.create_secret(Name="test/database", SecretString=json.dumps(values))
    client.create_secret(
        Name="test/app-secrets", SecretString=json.dumps({"secret_key": KEY, "algorithm": "HS256"})
    )
    yield client
    for name in ("test/database", "test/app-secrets"):
        client.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
    client.close()


@pytest.fixture
def deployed(
    secrets: Any, aws_endpoint: str, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> Iterator[pytest.MonkeyPatch]:
    """The environment of the function, as the report sets it."""
    variables = {
        "AWS_REGION": REGION,
        "AWS_ENDPOINT_URL": aws_endpoint,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "DB_SECRET_NAME": "test/database",
        "APP_SECRET_NAME": "test/app-secrets",
        "LLM_MODEL_ID": "amazon.nova-pro-v1:0",
        "EMBEDDING_MODEL_ID": "cohere.embed-v4:0",
        "ENABLE_RAG": "false",
        "USE_S3": "true",
        "S3_BUCKET": bucket.name,
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    shared.load.cache_clear()
    shared._secrets_manager.cache_clear()
    yield monkeypatch
    shared.load.cache_clear()
    shared._secrets_manager.cache_clear()


@pytest.fixture
def deployed_sandbox(deployed: pytest.MonkeyPatch) -> Iterator[sandbox.Sandbox]:
    built = sandbox.build()
    yield built
    built.connection().close()


def test_the_environment_configures_the_whole_function(
    deployed_sandbox: sandbox.Sandbox, bucket: Bucket
) -> None:
    alice = User("alice", gateway.client(app.create(lambda: deployed_sandbox)))

    receipt = alice.upload(("手冊.txt", "第一條".encode())).json()["documents"][0]

    listing = bucket.s3.list_objects_v2(Bucket=bucket.name)
    assert [o["Key"] for o in listing["Contents"]] == [f"uploads/{receipt['id']}_手冊.txt"]
    assert alice.get("/documents").json()["documents"][0]["status"] == "pending"
    assert alice.get("/search", q="手冊").json() == {
        "results": [],
        "ranking": "lexical",
        "next_offset": None,
    }


def test_without_s3_documents_are_processed_in_the_request(
    deployed: pytest.MonkeyPatch, connection: Connection
) -> None:
    deployed.setenv("USE_S3", "false")
    deployed.delenv("S3_BUCKET")
    built = sandbox.build()

    answer = User("alice", gateway.client(app.create(lambda: built))).upload(("blank.txt", b" "))

    built.connection().close()
    assert answer.json()["documents"][0]["status"] == "failed"
    codes = connection.execute("SELECT error_code FROM documents").fetchall()
    assert codes == [("no_text",)]


def test_the_module_answers_gateway_events_without_services() -> None:
    """Importing the handler needs no variable and no service, so a cold start cannot hang."""
    request = gateway.event(httpx.Request("GET", "https://api.example/nothing"))
    script = f"""
import json, sys
from types import SimpleNamespace
import api.handler
context = SimpleNamespace(
    aws_request_id="r-1", function_name="f", memory_limit_in_mb=1, invoked_function_arn="arn"
)
answer = api.handler.handler(json.loads(sys.argv[1]), context)
print(json.dumps([answer, [name for name in {HEAVY} if name in sys.modules]]))
"""
    done = subprocess.run(
        [sys.executable, "-c", script, json.dumps(request)],
        env={"PATH": ""},
        capture_output=True,
        check=True,
        text=True,
    )

    *log, told = done.stdout.splitlines()
    answer, heavy = json.loads(told)
    assert json.loads(log[0])["message"] == "Request finished"
    assert heavy == []
    assert answer["statusCode"] == 404
    assert answer["isBase64Encoded"] is False
    assert json.loads(answer["body"])["instance"] == "urn:uuid:r-1"
