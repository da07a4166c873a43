"""PutObject of 1 KiB through the endpoint, under a key that starts no function."""

from __future__ import annotations

from pytest_benchmark.fixture import BenchmarkFixture

from loadtests.benchmarks.client import Client

BUCKET = "hr-chatbot-documents-ap-northeast-1"


def test_put_object(benchmark: BenchmarkFixture, client: Client) -> None:
    s3 = client.s3()
    body = bytes(1024)
    benchmark.extra_info["goal"] = "p50 <= 4 ms"
    benchmark.pedantic(  # type: ignore[no-untyped-call]
        lambda: s3.put_object(Bucket=BUCKET, Key="measured", Body=body),
        rounds=300,
        warmup_rounds=20,
    )
