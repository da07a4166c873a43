"""Presigned URLs: what checking one costs, and a PutObject of 1 KiB through one."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
from pytest_benchmark.fixture import BenchmarkFixture

from harness.call import Call
from harness.services.s3_requests.query_v4 import parse
from harness.services.s3_requests.refusals import insist_on
from harness.services.s3_requests.signatures import version_4
from loadtests.benchmarks.client import Client

BUCKET = "hr-chatbot-documents-ap-northeast-1"


def presigned(client: Client, **more: Any) -> str:
    target = {"Bucket": BUCKET, "Key": "measured", **more}
    url: str = client.s3(signature_version="s3v4").generate_presigned_url("put_object", target)
    return url


def test_checking_a_url(benchmark: BenchmarkFixture, client: Client) -> None:
    parts = urlsplit(presigned(client, ContentType="application/pdf", Metadata={"user": "a"}))
    headers = [
        ("host", parts.netloc),
        ("content-type", "application/pdf"),
        ("x-amz-meta-user", "a"),
    ]
    call = Call("s3", "PutObject", "PUT", parts.path, parts.query, headers)

    def check() -> None:
        parameters = parse_qsl(call.query, keep_blank_values=True)
        found = parse(parameters)
        expected = version_4(call, parameters, found, client.secret_access_key)
        insist_on(expected.signature, found.signature, found.credential.key_id, "")

    benchmark.extra_info["goal"] = "p50 <= 1 ms"
    benchmark.pedantic(check, rounds=300, warmup_rounds=20)  # type: ignore[no-untyped-call]


def test_put_through_a_url(benchmark: BenchmarkFixture, client: Client) -> None:
    url, body = presigned(client), bytes(1024)
    with httpx.Client(trust_env=False) as browser:
        benchmark.pedantic(  # type: ignore[no-untyped-call]
            lambda: browser.put(url, content=body).raise_for_status(),
            rounds=300,
            warmup_rounds=20,
        )


def test_put_of_200_mb_through_a_url(benchmark: BenchmarkFixture, client: Client) -> None:
    """The largest document of the API, from one buffer."""
    url, body = presigned(client), bytes(200_000_000)
    benchmark.pedantic(  # type: ignore[no-untyped-call]
        lambda: httpx.put(url, content=body, timeout=120).raise_for_status(), rounds=3
    )
    client.s3().delete_object(Bucket=BUCKET, Key="measured")
