"""Thousands of asynchronous invocations at once: their speed and the memory they take.

The function does next to nothing, so the figures are those of queue, dispatch and runtime.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import orjson
import psutil
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from harness import boto
from harness.aws import rest_call
from harness.disposable import Disposable
from harness.environment import Environment
from harness.upstream import Upstream
from loadtests.benchmarks.deploy import deploy

CLIENTS = 64
_POLL_S = 0.1
_PATIENCE_S = 600.0
_MB = 1024 * 1024


@pytest.fixture(scope="module")
def function(environment: Disposable) -> Iterator[str]:
    """Deploy a function that returns at once, and start its sandboxes."""
    client = boto.client(environment.facts, "lambda")
    name, _ = deploy(client, "def handler(event, context):\n    return None\n")
    Load(environment.facts, name).run([b"{}"] * 200)
    yield name
    client.delete_function(FunctionName=name)


class Load:
    """Invocations of one function, and the memory of the process that accepts them."""

    def __init__(self, facts: Environment, function: str) -> None:
        self._facts = facts
        self._function = function
        self._process = psutil.Process(facts.pid)
        self.peak_mb = 0.0
        self.accepted_s = 0.0
        self.drained_s = 0.0

    def memory_mb(self) -> float:
        return float(self._process.memory_info().rss / _MB)

    def run(self, payloads: list[bytes]) -> None:
        """Invoke once with each payload and wait until all of them have ended."""
        began = time.perf_counter()
        asyncio.run(self._accept(iter(payloads)))
        self.accepted_s = time.perf_counter() - began
        self._drain()
        self.drained_s = time.perf_counter() - began

    async def _accept(self, payloads: Iterator[bytes]) -> None:
        parts = urlsplit(self._facts.endpoint_url)
        endpoint = Upstream(str(parts.hostname), int(parts.port or 80))

        async def client() -> None:
            for payload in payloads:
                path = f"/2015-03-31/functions/{self._function}/invocations"
                headers = (("x-amz-invocation-type", "Event"),)
                reply = await endpoint(
                    rest_call(
                        "lambda",
                        self._facts.region,
                        "Invoke",
                        "POST",
                        path,
                        body=payload,
                        headers=headers,
                    )
                )
                assert reply.status == 202

        async def watch() -> None:
            while True:
                self._note_memory()
                await asyncio.sleep(_POLL_S)

        watching = asyncio.ensure_future(watch())
        await asyncio.gather(*(client() for _ in range(CLIENTS)))
        watching.cancel()
        endpoint.close()

    def _drain(self) -> None:
        pause, deadline = threading.Event(), time.monotonic() + _PATIENCE_S
        with httpx.Client(base_url=self._facts.endpoint_url, trust_env=False) as client:
            while client.get("/_harness/status", timeout=60).json()["queued_events"]:
                if time.monotonic() > deadline:
                    raise TimeoutError(f"not drained in {_PATIENCE_S:g} s")
                self._note_memory()
                pause.wait(_POLL_S)

    def _note_memory(self) -> None:
        self.peak_mb = max(self.peak_mb, self.memory_mb())


def ended(environment: Disposable, function: str) -> Counter[str]:
    """Return how often each of the function's events has ended, by the journal."""
    lines = (environment.state_dir / "journal.jsonl").read_bytes().splitlines()
    return Counter(
        entry["request_id"]
        for line in lines
        if b'"async.succeeded"' in line and (entry := orjson.loads(line))["function"] == function
    )


@pytest.mark.parametrize(
    ("events", "size"),
    [(5_000, 100), (20_000, 100), (20_000, 200), (1_000, 1_000_000)],
    ids=["5000", "20000", "20000 more", "1000 of 1 MB"],
)
def test_async_events(
    benchmark: BenchmarkFixture, environment: Disposable, function: str, events: int, size: int
) -> None:
    """One round, from the first request to the end of the last event; `extra_info` has the rest."""
    before = ended(environment, function)
    load = Load(environment.facts, function)
    started_mb = load.memory_mb()
    payload = orjson.dumps("x" * size)
    benchmark.pedantic(  # type: ignore[no-untyped-call]
        lambda: load.run([payload] * events), rounds=1
    )
    new = ended(environment, function) - before
    assert len(new) == events, "events were lost"
    assert set(new.values()) == {1}, "events were doubled"
    benchmark.extra_info |= {
        "events": events,
        "accepted_per_s": events / load.accepted_s,
        "drained_per_s": events / load.drained_s,
        "memory_before_mb": started_mb,
        "memory_peak_mb": load.peak_mb,
        "memory_after_mb": load.memory_mb(),
        "goal": ">= 150 events/s, flat memory",
    }
