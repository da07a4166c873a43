from __future__ import annotations

import asyncio
from typing import Any

import orjson
import pytest

from harness.call import Bytes, Call, Reply
from harness.clock import ManualClock
from harness.errors import AwsError, UsageError
from harness.faults.bedrock_quota import BedrockQuota, _demand
from harness.injection.injection import asked
from tests.harness.faults.around import made_hit

EMBED = "cohere.embed-v4%3A0"
ONE_TOKEN = {"texts": ["a"], "input_type": "search_query"}


class Limited:
    """A model behind a quota; `used` is what each answer says it used."""

    def __init__(self, **quota: int) -> None:
        self.clock = ManualClock()
        self.used = 1
        self.failure: Exception | None = None
        self._quota = BedrockQuota(**quota)

    async def _answer(self, call: Call) -> Reply:
        assert orjson.loads(await call.body.read())
        if self.failure:
            raise self.failure
        return Reply(200, [("x-amzn-bedrock-input-token-count", str(self.used))])

    def ask(self, request: Any = ONE_TOKEN, model: str = EMBED) -> str:
        """Return "" for an answer, else why there was none."""
        body = Bytes(orjson.dumps(request))
        call = Call("bedrock", "InvokeModel", "POST", f"/model/{model}/invoke", body=body)
        hit = made_hit(self.clock)
        try:
            asyncio.run(self._quota.around(call, self._answer, hit))
        except AwsError as error:
            return f"{error.status} {error.code} {error.message.split(',')[0]}"
        return ""


REQUESTS = "429 ThrottlingException Too many requests"
TOKENS = "429 ThrottlingException Too many tokens"


def test_requests_come_back_with_time():
    model = Limited(requests_per_minute=2)
    assert [model.ask() for _ in range(3)] == ["", "", REQUESTS]
    model.clock.advance(29.9)
    assert model.ask() == REQUESTS
    model.clock.advance(0.2)
    assert [model.ask(), model.ask()] == ["", REQUESTS]


def test_tokens_come_back_with_time():
    model = Limited(tokens_per_minute=60)
    model.used = 40
    request = {"texts": ["字" * 40]}
    assert [model.ask(request), model.ask(request)] == ["", TOKENS]
    model.clock.advance(20)
    assert model.ask(request) == ""


def test_each_model_and_profile_has_its_own():
    model = Limited(requests_per_minute=1)
    models = (EMBED, f"global.{EMBED}", EMBED)
    assert [model.ask(model=one) for one in models] == ["", "", REQUESTS]


def test_what_was_reserved_and_not_used_is_given_back():
    model = Limited(tokens_per_minute=110)
    model.used = 10
    request = {
        "messages": [{"role": "user", "content": [{"text": "a"}]}],
        "inferenceConfig": {"maxTokens": 99},
    }
    assert [model.ask(request) for _ in range(3)] == ["", "", TOKENS]


def test_a_request_that_fails_uses_no_tokens():
    model = Limited(tokens_per_minute=100)
    request = {"texts": ["字" * 100]}
    model.failure = AwsError("ValidationException", "no", 400)
    assert [model.ask(request), model.ask(request)] == ["400 ValidationException no"] * 2
    model.failure = None
    assert model.ask(request) == ""


def test_what_is_more_than_the_quota_never_passes():
    model = Limited(tokens_per_minute=10)
    request = {"texts": ["字" * 11]}
    assert model.ask(request) == TOKENS
    model.clock.advance(600)
    assert model.ask(request) == TOKENS


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        ({"texts": ["一二", "三"], "embedding_types": ["float"]}, 3),
        ({"inputs": [{"content": [{"type": "text", "text": "一二"}]}]}, 2),
        ({"images": ["data:image/png;base64,AAAA"]}, 0),
        ({"system": [{"text": "一"}], "messages": [{"content": [{"text": "二"}]}]}, 5002),
        ({"messages": [], "inferenceConfig": {"maxTokens": "x"}}, 5000),
        ({"texts": [1, None, {"text": "一"}], "text": 5}, 0),
        ([], 0),
    ],
)
def test_the_texts_of_a_request_and_its_answer_are_what_it_may_use(request_, expected):
    assert _demand(orjson.dumps(request_)) == expected


def test_what_is_no_json_uses_nothing():
    assert _demand(b"{") == 0


def test_a_request_may_be_nested_as_deeply_as_json_is_read():
    assert _demand(b'{"a":' * 500 + b'{"text":"a"}' + b"}" * 500) == 1


def test_only_models_have_it():
    assert asked({"fault": "bedrock-quota"}).scope.service == "bedrock-runtime"
    with pytest.raises(UsageError, match="s3 has no models"):
        asked({"fault": "bedrock-quota", "service": "s3"})
