from __future__ import annotations

import pytest

from harness.gate.usage import Usage, cost, of_journal
from tests.harness.gate.handmade import PRICES


def call(operation, service="s3"):
    return {"kind": "call.finished", "service": service, "operation": operation}


def test_counts_what_is_charged_for():
    events = [
        {"kind": "invocation.finished", "function": "f", "billed_ms": 500},
        {"kind": "invocation.finished", "function": "g", "billed_ms": 1000},
        {"kind": "apigateway.request"},
        *(call(name) for name in ("PutObject", "ListObjectsV2", "GetObject", "HeadObject")),
        call("DeleteObject"),
        call("PutItem", service="dynamodb"),
        {"kind": "bedrock.answered", "model": "embed", "input_tokens": 90, "output_tokens": 10},
        {"kind": "invocation.started"},
    ]
    assert of_journal(events, {"f": 2048, "g": 1024}) == Usage(
        gb_seconds=2.0,
        invocations=2,
        api_requests=1,
        s3_writes=2,
        s3_reads=2,
        tokens={"embed": 100},
    )


def test_nothing_used_costs_nothing():
    assert of_journal([], {}) == Usage()
    assert sum(cost(Usage(), PRICES).values()) == 0.0


def test_cost_by_what_is_paid_for():
    usage = Usage(100.0, 1_000_000, 2_000_000, 3_000, 4_000, {"embed": 5_000_000})
    assert cost(usage, PRICES) == pytest.approx(
        {
            "Lambda duration": 0.002,
            "Lambda requests": 0.2,
            "API requests": 2.0,
            "S3 writes": 0.015,
            "S3 reads": 0.0016,
            "tokens of embed": 0.6,
        }
    )


def test_a_model_without_a_price_is_not_free():
    with pytest.raises(KeyError, match="other"):
        cost(Usage(tokens={"other": 1}), PRICES)
