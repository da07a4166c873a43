"""The story of an object as lines of text (pure)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

Told = Mapping[str, Any]


def lines(story: Told, now: float) -> Iterator[str]:
    """Yield the story as `/_harness/why` answers it; `now` in epoch seconds."""
    yield f"s3://{story['bucket']}/{story['key']}"
    for write in story["writes"]:
        yield from _write(write, now)
    if story["advice"]:
        yield ""
        yield from (f"→ {sentence}" for sentence in story["advice"])


def _write(write: Told, now: float) -> Iterator[str]:
    version = f", version {write['version_id']}" if write["version_id"] else ""
    yield f"{_clock(write['time'])}  {write['event']}{version}, sequencer {write['sequencer']}"
    if not write["rules"]:
        yield "  no rule: the bucket notifies nobody"
    for rule in write["rules"]:
        yield from _rule(rule, now)


def _rule(rule: Told, now: float) -> Iterator[str]:
    verdict = "matched" if rule["matched"] else "not matched"
    yield f"  rule {rule['id']} → {rule['target']}"
    yield f"    {verdict}: {rule['reason']}"
    if rule["undelivered"]:
        yield f"    not delivered: {rule['undelivered']}"
    for delivery in rule["deliveries"]:
        yield from _delivery(delivery, now)


def _delivery(delivery: Told, now: float) -> Iterator[str]:
    yield f"    {_clock(delivery['time'])}  delivered, request {delivery['request_id']}"
    for number, attempt in enumerate(delivery["attempts"], start=1):
        yield f"    {_clock(attempt['time'])}  attempt {number}: {_attempt(attempt, now)}"
    yield from (f"    {line}" for line in _end(delivery, now))


def _attempt(attempt: Told, now: float) -> str:
    if not attempt["started"]:
        return attempt["outcome"] or f"waiting for a sandbox for {now - attempt['time']:.1f} s"
    kind = "cold start" if attempt["cold"] else "warm"
    if not attempt["ended"]:
        return f"{kind}, running for {now - attempt['started']:.1f} s"
    return f"{kind}, {attempt['outcome']} after {attempt['duration_ms']:.0f} ms"


def _end(delivery: Told, now: float) -> Iterator[str]:
    if delivery["state"] == "retrying" and delivery["next_attempt"]:
        wait = max(0.0, delivery["next_attempt"] - now)
        yield f"next attempt at {_clock(delivery['next_attempt'])}, in {wait:.0f} s"
    elif delivery["state"] == "retrying":
        yield f"back in the queue: {delivery['condition']}"
    elif delivery["state"] == "given up":
        yield f"given up: {delivery['condition']}"
    yield from _sent(delivery["sent"])


def _sent(targets: Sequence[Told]) -> Iterator[str]:
    for sent in targets:
        if sent["failure"]:
            yield f"not sent to {sent['target'] or 'its destination'}: {sent['failure']}"
        else:
            yield f"sent to {sent['target']}"


def _clock(time: float) -> str:
    return f"{datetime.fromtimestamp(time, UTC):%H:%M:%S.%f}"[:-3]
