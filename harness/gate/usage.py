"""What a load used of what AWS charges for, and what that costs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.gate.goals import Prices

_WRITES = re.compile("Put|Copy|Post|List|Create|Complete|UploadPart")
_READS = re.compile("Get|Head|Select")


@dataclass(frozen=True, slots=True)
class Usage:
    """Totals of one load, start-up and warm-up included.

    gb_seconds: billed. tokens: of input and output together, by model.
    """

    gb_seconds: float = 0.0
    invocations: int = 0
    api_requests: int = 0
    s3_writes: int = 0
    s3_reads: int = 0
    tokens: Mapping[str, int] = field(default_factory=dict)


def of_journal(events: Iterable[Mapping[str, Any]], memory_mb: Mapping[str, int]) -> Usage:
    """Return what the events used; `memory_mb`: as configured, by function."""
    total: Counter[str] = Counter()
    tokens: Counter[str] = Counter()
    gb_seconds = 0.0
    for event in events:
        match event["kind"]:
            case "invocation.finished":
                total["invocations"] += 1
                gb_seconds += event["billed_ms"] / 1000 * memory_mb[event["function"]] / 1024
            case "apigateway.request":
                total["api_requests"] += 1
            case "call.finished" if event["service"] == "s3":
                total["s3_writes"] += bool(_WRITES.match(event["operation"]))
                total["s3_reads"] += bool(_READS.match(event["operation"]))
            case "bedrock.answered":
                tokens[event["model"]] += event["input_tokens"] + event["output_tokens"]
    return Usage(gb_seconds=gb_seconds, tokens=dict(tokens), **total)


def cost(usage: Usage, prices: Prices) -> dict[str, float]:
    """Return US dollars by what they are paid for; `KeyError` for a model without a price."""
    return {
        "Lambda duration": usage.gb_seconds * prices.lambda_gb_second,
        "Lambda requests": usage.invocations * prices.million_invocations / 1e6,
        "API requests": usage.api_requests * prices.million_api_requests / 1e6,
        "S3 writes": usage.s3_writes * prices.thousand_s3_writes / 1e3,
        "S3 reads": usage.s3_reads * prices.thousand_s3_reads / 1e3,
        **{
            f"tokens of {model}": count * prices.million_tokens[model] / 1e6
            for model, count in usage.tokens.items()
        },
    }
