"""Quotas of Bedrock: requests and tokens per minute, of each model or profile (aws-behaviour §8.7).

The tokens of a request are reserved when it begins, those of its input and all that it may be
answered with; what it did not use is given back with its answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar
from urllib.parse import unquote

import orjson

from harness.call import Call, Handler, Reply
from harness.errors import AwsError
from harness.injection.fault import Hit
from harness.injection.option import option
from harness.injection.scope import ModelScope
from harness.services.bedrock_runtime.text import count_tokens
from harness.token_bucket import TokenBucket

_MINUTE_S = 60.0
_MOST_ANSWERED = 5_000  # tokens that Nova Pro may answer with when a request sets no limit
_TEXTS = ("text", "texts")
_USED = ("x-amzn-bedrock-input-token-count", "x-amzn-bedrock-output-token-count")


@dataclass(frozen=True, slots=True)
class BedrockQuota:
    """Calls over the quota are refused as ThrottlingException, until the minute gives new ones."""

    scope: ClassVar[type[ModelScope]] = ModelScope
    requests_per_minute: int = option(2000, "requests to one model or profile", least=1)
    tokens_per_minute: int = option(300_000, "their tokens, of input and output", least=1)
    _left: dict[str, tuple[TokenBucket, TokenBucket]] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )

    async def around(self, call: Call, proceed: Handler, hit: Hit) -> Reply:
        now = hit.clock.monotonic()
        requests, tokens = self._buckets(unquote(call.path).split("/")[2], now)
        if not requests.take(now):
            raise _throttled("requests")
        reserved = await asyncio.to_thread(_demand, await call.whole())
        if not tokens.take(hit.clock.monotonic(), reserved):
            raise _throttled("tokens")
        used = 0
        try:
            reply = await proceed(call)
            used = sum(int(reply.header(name, "0")) for name in _USED)
        finally:
            tokens.give(reserved - used)
        return reply

    def _buckets(self, model: str, now: float) -> tuple[TokenBucket, TokenBucket]:
        if model not in self._left:
            quotas = (self.requests_per_minute, self.tokens_per_minute)
            requests, tokens = (TokenBucket(quota, quota / _MINUTE_S, now) for quota in quotas)
            self._left[model] = requests, tokens
        return self._left[model]


def _throttled(what: str) -> AwsError:
    message = f"Too many {what}, please wait before trying again."
    return AwsError("ThrottlingException", message, 429)


def _demand(body: bytes) -> int:
    """Return the tokens that a request may use; 0 for one that its model will refuse."""
    try:
        request = orjson.loads(body)
    except orjson.JSONDecodeError:
        return 0
    if not isinstance(request, dict):
        return 0
    answered = _most_answered(request) if "messages" in request else 0
    return answered + sum(count_tokens(text) for text in _texts(request) if isinstance(text, str))


def _most_answered(request: Mapping[str, Any]) -> int:
    limits = request.get("inferenceConfig")
    limit = limits.get("maxTokens") if isinstance(limits, dict) else None
    return limit if isinstance(limit, int) and limit > 0 else _MOST_ANSWERED


def _texts(request: Any) -> Iterator[Any]:
    """Yield every text of a request: what its schema puts under `text` and `texts`."""
    remaining = [request]
    while remaining:
        content = remaining.pop()
        if isinstance(content, list):
            remaining += content
        elif isinstance(content, dict):
            remaining += [value for name, value in content.items() if name not in _TEXTS]
            found = [content[name] for name in _TEXTS if name in content]
            yield from (text for one in found for text in (one if isinstance(one, list) else [one]))


FAULT = BedrockQuota
