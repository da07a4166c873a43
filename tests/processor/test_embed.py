from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from threading import Barrier, Event
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from processor.attempts import FAILED_CALLS
from processor.batches import MAX_TEXTS
from processor.embed import DIMENSIONS, IN_FLIGHT, BedrockEmbedder
from processor.errors import TransientError


@dataclass
class Model:
    """A Bedrock client whose vectors hold the length of their text."""

    flat: bool = False
    dimensions: int = DIMENSIONS
    requests: list[dict[str, Any]] = field(default_factory=list)

    def invoke_model(self, *, body: bytes, **_: str) -> dict[str, Any]:
        request = json.loads(body)
        self.requests.append(request)
        vectors = [[float(len(text))] * self.dimensions for text in request["texts"]]
        answer = {"embeddings": vectors if self.flat else {"float": vectors}}
        return {"body": io.BytesIO(json.dumps(answer).encode())}


@dataclass
class Failing:
    """Fails the first `times` calls, then answers."""

    error: Exception
    times: int = 1_000_000
    calls: int = 0
    model: Model = field(default_factory=Model)

    def invoke_model(self, *, body: bytes, **_: str) -> dict[str, Any]:
        self.calls += 1
        if self.calls <= self.times:
            raise self.error
        return self.model.invoke_model(body=body)


@dataclass
class Time:
    """A clock that only waiting moves."""

    now: float = 100.0
    waits: list[float] = field(default_factory=list)

    def pause(self, seconds: float, _: Event) -> None:
        self.waits.append(seconds)
        self.now += seconds


def refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "slow"}}, "InvokeModel")


SILENCE = ReadTimeoutError(endpoint_url="http://bedrock")


def embedder(client: Any, time: Time) -> BedrockEmbedder:
    """An embedder that waits as long as it ever would."""
    return BedrockEmbedder(client, "m", lambda: time.now, time.pause, lambda: 1.0)


def test_request_is_what_the_model_expects() -> None:
    model = Model()
    BedrockEmbedder(model, "cohere.embed-v4:0").embed(["請假"], purpose="search_query", seconds=9)
    assert model.requests == [
        {
            "texts": ["請假"],
            "input_type": "search_query",
            "embedding_types": ["float"],
            "output_dimension": 1536,
        }
    ]


@pytest.mark.parametrize("flat", [True, False])
@pytest.mark.parametrize("count", [0, 1, MAX_TEXTS, MAX_TEXTS + 1, 1000])
def test_every_text_gets_its_vector_in_order(count: int, flat: bool) -> None:  # noqa: FBT001
    model = Model(flat)
    texts = ["x" * (n % 50) for n in range(count)]
    vectors = BedrockEmbedder(model, "m").embed(texts, purpose="search_document", seconds=9)
    assert [vector[0] for vector in vectors] == [len(text) for text in texts]
    assert {vector.itemsize for vector in vectors} <= {4}  # of a list each number takes 32 bytes
    assert max((len(request["texts"]) for request in model.requests), default=0) <= MAX_TEXTS


def test_wrong_number_of_dimensions_is_an_error() -> None:
    with pytest.raises(TransientError, match="1536"):
        BedrockEmbedder(Model(dimensions=1024), "m").embed(
            ["a"], purpose="search_document", seconds=9
        )


def test_throttling_is_waited_out_with_growing_pauses() -> None:
    time, client = Time(), Failing(refusal("ThrottlingException"), times=4)
    vectors = embedder(client, time).embed(["abc"], purpose="search_document", seconds=60)
    assert vectors[0][0] == 3
    assert time.waits == [0.5, 1, 2, 4]


def test_throttling_is_waited_out_no_longer_than_there_is_time() -> None:
    time, client = Time(), Failing(refusal("ThrottlingException"))
    with pytest.raises(TransientError, match=r"Bedrock failed.*ThrottlingException") as raised:
        embedder(client, time).embed(["a"], purpose="search_document", seconds=60)
    assert raised.value.__cause__ is client.error
    assert 40 < sum(time.waits) <= 60
    assert max(time.waits) == 20


@pytest.mark.parametrize("error", [SILENCE, refusal("ServiceUnavailableException")])
def test_service_that_is_down_is_named_after_few_calls(error: Exception) -> None:
    client = Failing(error)
    with pytest.raises(TransientError, match="Bedrock failed") as raised:
        embedder(client, Time()).embed(["a"], purpose="search_document", seconds=9_999)
    assert (client.calls, raised.value.__cause__) == (FAILED_CALLS, error)


def test_moment_of_silence_is_overcome() -> None:
    client = Failing(SILENCE, times=FAILED_CALLS - 1)
    assert embedder(client, Time()).embed(["a"], purpose="search_document", seconds=60)


@pytest.mark.parametrize("code", ["ValidationException", "AccessDeniedException"])
def test_refusal_is_final_at_once(code: str) -> None:
    client = Failing(refusal(code))
    with pytest.raises(TransientError, match=code):
        embedder(client, Time()).embed(["a"], purpose="search_document", seconds=60)
    assert client.calls == 1


def test_refusal_of_one_call_ends_the_waits_of_the_others() -> None:
    waiting = Event()
    cut_short = []

    class Mixed:
        def invoke_model(self, *, body: bytes, **_: str) -> dict[str, Any]:
            if b"refused" in body:
                assert waiting.wait(60)
                raise refusal("AccessDeniedException")
            raise refusal("ThrottlingException")

    def pause(_: float, over: Event) -> None:
        waiting.set()
        cut_short.append(over.wait(60))

    texts = ["waits"] * MAX_TEXTS + ["refused"]
    with pytest.raises(TransientError, match="AccessDenied"):
        BedrockEmbedder(Mixed(), "m", pause=pause).embed(
            texts, purpose="search_document", seconds=300
        )
    assert cut_short == [True]


def test_calls_overlap_up_to_the_bound() -> None:
    together = Barrier(IN_FLIGHT, timeout=10)

    class Parallel(Model):
        def invoke_model(self, *, body: bytes, **_: str) -> dict[str, Any]:
            together.wait()
            return super().invoke_model(body=body)

    texts = ["x"] * MAX_TEXTS * IN_FLIGHT
    vectors = BedrockEmbedder(Parallel(), "m").embed(texts, purpose="search_document", seconds=9)
    assert len(vectors) == len(texts)


def test_name_tells_model_and_dimension() -> None:
    assert BedrockEmbedder(Model(), "cohere.embed-v4:0").name == "cohere.embed-v4:0/1536"


@pytest.mark.parametrize("answer", [{}, {"embeddings": {}}, {"embeddings": {"int8": [[1]]}}])
def test_an_answer_without_float_vectors_is_an_error(answer: dict[str, Any]) -> None:
    class Silent:
        def invoke_model(self, **_: str) -> dict[str, Any]:
            return {"body": io.BytesIO(json.dumps(answer).encode())}

    with pytest.raises(TransientError, match="Bedrock"):
        BedrockEmbedder(Silent(), "m").embed(["a"], purpose="search_document", seconds=9)
