from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson
import pytest

from harness.call import Bytes, Call, Reply
from harness.clock import ManualClock
from harness.errors import AwsError
from harness.journal import Event, Journal
from harness.services.bedrock_runtime import MAX_BODY_BYTES, BedrockRuntime
from harness.services.bedrock_runtime.answering import answered
from harness.services.bedrock_runtime.task import Answer, Task

EMBED = "cohere.embed-v4:0"
NOVA = "amazon.nova-pro-v1:0"
SEARCH = {"input_type": "search_query", "texts": ["特別休假"]}
HELLO = {"messages": [{"role": "user", "content": [{"text": "hello"}]}]}


class InProcess:
    """The emulated models without a process of their own."""

    closed = False

    async def answer(self, task: Task) -> Answer:
        return answered(task, ManualClock())

    async def close(self) -> None:
        self.closed = True


class Bedrock:
    def __init__(self, journal: Journal, *, strict: bool) -> None:
        self.events: list[Event] = []
        journal.follow(self.events.append)
        self.models = InProcess()
        self.service = BedrockRuntime(
            journal, ManualClock(), "ap-northeast-1", self.models, strict=strict
        )

    def call(self, model: str, body: Any, action: str = "invoke") -> Reply:
        path = f"/model/{quote(model, safe='')}/{action}"
        return self.send(Call("bedrock", "", "POST", path, body=Bytes(orjson.dumps(body))))

    def send(self, call: Call) -> Reply:
        assert self.service.claims(call)
        return asyncio.run(self.service.handle(call))

    def refused(self, *arguments: Any) -> AwsError:
        with pytest.raises(AwsError) as caught:
            self.call(*arguments)
        return caught.value


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    journal = Journal(tmp_path / "journal.jsonl", ManualClock())
    yield journal
    journal.close()


@pytest.fixture
def bedrock(journal: Journal) -> Bedrock:
    return Bedrock(journal, strict=False)


def test_it_claims_only_the_runtime_of_bedrock(bedrock: Bedrock):
    claims = bedrock.service.claims

    assert claims(Call("bedrock", "", "POST", "/model/x/invoke"))
    assert not claims(Call("bedrock", "", "GET", "/foundation-models"))
    assert not claims(Call("s3", "", "PUT", "/model/x/invoke"))


@pytest.mark.parametrize("model", [EMBED, f"global.{EMBED}", f"arn:aws:bedrock:x::y/{EMBED}"])
def test_embeddings_by_any_id_of_the_model(bedrock: Bedrock, model: str):
    reply = bedrock.call(model, SEARCH)
    answer = orjson.loads(reply.body)

    assert reply.status == 200
    assert len(answer["embeddings"][0]) == 1536
    assert reply.header("content-type") == "application/json"
    assert reply.header("x-amzn-requestid") == answer["id"]
    assert reply.header("x-amzn-bedrock-input-token-count") == "4"
    assert reply.header("x-amzn-bedrock-output-token-count") == "0"
    assert reply.header("x-amzn-bedrock-invocation-latency") == "0"


def test_converse_reports_its_latency(bedrock: Bedrock):
    answer = orjson.loads(bedrock.call(NOVA, HELLO, "converse").body)

    assert answer["metrics"] == {"latencyMs": 0}
    assert answer["stopReason"] == "end_turn"


def test_invoke_model_of_nova_has_no_metrics(bedrock: Bedrock):
    assert "metrics" not in orjson.loads(bedrock.call(NOVA, HELLO).body)


def test_the_journal_knows_the_purpose_and_no_text(bedrock: Bedrock):
    bedrock.call(EMBED, SEARCH)

    (event,) = bedrock.events
    assert event.kind == "bedrock.answered"
    assert event.detail["input_type"] == "search_query"
    assert (event.detail["model"], event.detail["input_tokens"]) == (EMBED, 4)
    assert "特別休假" not in str(event.detail)


def test_an_unknown_model_is_refused(bedrock: Bedrock):
    error = bedrock.refused("cohere.embed-english-v3", SEARCH)

    assert (error.code, error.status) == ("ValidationException", 400)
    assert error.message == "The provided model identifier is invalid."
    assert bedrock.service.findings() == []


def test_a_model_not_offered_in_the_region_is_a_finding_once(bedrock: Bedrock):
    for _ in range(2):
        assert bedrock.call(NOVA, HELLO, "converse").status == 200
    bedrock.call(EMBED, SEARCH)

    (finding,) = bedrock.service.findings()
    assert finding.startswith(f"AWS does not offer {NOVA} in ap-northeast-1")
    noted = [event.detail for event in bedrock.events if event.kind == "bedrock.model_not_offered"]
    assert noted == [{"model": NOVA, "region": "ap-northeast-1"}]


def test_strict_refuses_what_the_region_does_not_offer(journal: Journal):
    bedrock = Bedrock(journal, strict=True)
    error = bedrock.refused(NOVA, HELLO, "converse")

    assert (error.code, error.message) == (
        "ValidationException",
        "The provided model identifier is invalid.",
    )
    assert len(bedrock.service.findings()) == 1
    assert bedrock.call(EMBED, SEARCH).status == 200


@pytest.mark.parametrize(
    ("action", "name"),
    [
        ("invoke-with-response-stream", "InvokeModelWithResponseStream"),
        ("converse-stream", "ConverseStream"),
    ],
)
def test_streaming_is_refused_by_name(bedrock: Bedrock, action: str, name: str):
    assert bedrock.refused(NOVA, HELLO, action).message.startswith(f"Not emulated: {name}.")


def test_a_model_is_asked_only_for_what_it_does(bedrock: Bedrock):
    error = bedrock.refused(EMBED, HELLO, "converse")

    assert error.message == f"The model {EMBED} does not support Converse."


def test_an_unknown_operation_is_refused(bedrock: Bedrock):
    assert bedrock.refused(EMBED, {}, "count-tokens").status == 404


class Unread:
    """A body that must not be read."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        raise AssertionError("the body was read")

    async def read(self) -> bytes:
        raise AssertionError("the body was read")


def test_a_body_that_says_it_is_too_long_is_not_read(bedrock: Bedrock):
    headers = [("content-length", str(MAX_BODY_BYTES + 1))]
    call = Call("bedrock", "", "POST", f"/model/{EMBED}/invoke", headers=headers, body=Unread())

    with pytest.raises(AwsError, match="exceeds 25000000 bytes"):
        bedrock.send(call)


def test_closing_ends_the_models(bedrock: Bedrock):
    asyncio.run(bedrock.service.close())

    assert bedrock.models.closed
