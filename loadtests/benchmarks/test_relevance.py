"""How well search ranks the labour law, by the weight of words, and what evidence is worth."""

from __future__ import annotations

import uuid

import httpx
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from harness.disposable import Disposable
from loadtests.benchmarks.program import run
from scenarios import labour_law
from scenarios.client import Pipeline
from scenarios.tokens import mint


@pytest.mark.skipif(
    not labour_law.FOLDER.is_dir(), reason="the shared corpora are not on this machine"
)
def test_relevance(benchmark: BenchmarkFixture, environment: Disposable) -> None:
    """The laws are uploaded once; a round asks all questions at every weight."""
    exports = environment.facts.exports()
    user = f"lawyer-{uuid.uuid4()}"
    with httpx.Client(base_url=environment.facts.api_url, timeout=60, trust_env=False) as http:
        pipeline = Pipeline(exports, http)
        token = mint(pipeline, sub=user)
        for document_id in [pipeline.upload_one(law, token) for law in labour_law.laws()]:
            pipeline.wait_until_settled(document_id, token=token)
    figures = benchmark.pedantic(  # type: ignore[no-untyped-call]
        lambda: run("relevance.py", environment.facts.database_url, user, variables=exports)
    )
    benchmark.extra_info |= figures | {"goal": "recall@5 >= 0.97 and mrr@10 >= 0.93"}
