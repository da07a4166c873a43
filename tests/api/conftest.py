"""What the routes are tested with: a real database, a real HTTP S3, a signing key, two users."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import boto3
import httpx
import jwt
import psycopg
import pytest
from botocore.config import Config
from moto.server import ThreadedMotoServer

from api import app
from api.auth import TokenVerifier
from api.bucket import Bucket
from api.completion import Completion
from api.deletion import Deletion
from api.event_driven import EventDriven
from api.idempotency import Once
from api.presigned import PresignedUploads
from api.retry import Retry
from api.sandbox import Sandbox
from api.search import Search
from processor.database import Connection
from tests.api import gateway
from tests.api.embedding import WordEmbedder

KEY = "signing-key-of-the-tests-0123456789"
REGION = "ap-northeast-1"

Headers = dict[str, str]

_numbers = count()

# Importing the function gave this thread an event loop, which on Lambda lives as long as the
# sandbox. Here each test has its own and closes it.
asyncio.get_event_loop_policy().get_event_loop().close()
asyncio.set_event_loop(None)


@pytest.fixture(autouse=True)
def event_loop_of_the_sandbox() -> Iterator[None]:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield
    asyncio.set_event_loop(None)
    loop.close()


@pytest.fixture(scope="session")
def aws_endpoint() -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="session")
def s3(aws_endpoint: str) -> Iterator[Any]:
    client = boto3.client(
        "s3",
        endpoint_url=aws_endpoint,
        region_name=REGION,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
        config=Config(signature_version="s3v4"),
    )
    yield client
    client.close()


@pytest.fixture
def bucket(s3: Any) -> Bucket:
    """A new versioned bucket."""
    name = f"documents-{next(_numbers)}"
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return Bucket(s3, name)


@pytest.fixture
def embedder() -> WordEmbedder:
    return WordEmbedder()


@pytest.fixture
def sandbox(connection: Connection, bucket: Bucket, embedder: WordEmbedder) -> Sandbox:
    def connected() -> Connection:
        return connection

    delete = Deletion(connected, bucket)
    return Sandbox(
        tokens=TokenVerifier(lambda: KEY, time.monotonic),
        connection=connected,
        intake=EventDriven(bucket, connected),
        delete=delete,
        retry=Retry(connected, bucket),
        search=Search(connected, embedder),
        once=Once(connected),
        presign=PresignedUploads(bucket, connected),
        complete=Completion(bucket, connected, delete),
    )


@dataclass(frozen=True)
class User:
    """A client that is logged in."""

    id: str
    client: httpx.Client

    def get(self, path: str, headers: Headers | None = None, **query: Any) -> Any:
        return self.client.get(path, params=query, headers=self._headers(headers))

    def post(self, path: str, headers: Headers | None = None, **body: Any) -> Any:
        return self.client.post(path, json=body, headers=self._headers(headers))

    def delete(self, path: str, headers: Headers | None = None) -> Any:
        return self.client.delete(path, headers=self._headers(headers))

    def upload(self, *files: tuple[str, bytes]) -> Any:
        parts = [("files", file) for file in files]
        headers = authorization(self.id)
        return self.client.post("/upload/document", files=parts, headers=headers)

    def _headers(self, more: Headers | None) -> Headers:
        return {**authorization(self.id), **(more or {})}


def nowhere() -> Connection:
    """Connect to a database that is down."""
    raise psycopg.OperationalError("connection refused")


@pytest.fixture
def offline() -> httpx.Client:
    """A client of an application without any service behind it."""
    tokens = TokenVerifier(lambda: KEY, time.monotonic)
    bucket = Bucket(None, "")
    intake, delete = EventDriven(bucket, nowhere), Deletion(nowhere, bucket)
    search, once = Search(nowhere, None), Once(nowhere)
    presign, complete = PresignedUploads(bucket, nowhere), Completion(bucket, nowhere, delete)
    retry = Retry(nowhere, bucket)
    return serve(Sandbox(tokens, nowhere, intake, delete, retry, search, once, presign, complete))


def serve(sandbox: Sandbox) -> httpx.Client:
    """Return a client of the application with `sandbox`."""
    return gateway.client(app.create(lambda: sandbox))


def authorization(user_id: str, **claims: Any) -> dict[str, str]:
    valid = {"sub": user_id, "exp": int(time.time()) + 600}
    return {"Authorization": f"Bearer {jwt.encode(valid | claims, KEY)}"}


@pytest.fixture
def client(sandbox: Sandbox) -> httpx.Client:
    return serve(sandbox)


@pytest.fixture
def alice(client: httpx.Client) -> User:
    return User("alice", client)


@pytest.fixture
def bob(client: httpx.Client) -> User:
    return User("bob", client)
