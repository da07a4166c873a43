from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from processor.embed import BATCH_TEXTS, DIMENSIONS, BedrockEmbedder
from processor.errors import TransientError


@dataclass
class Model:
    """A Bedrock client whose vectors hold the length of their text."""

    flat: bool = False
    dimensions: int = DIMENSIONS
    requests: list[dict[str, Any]] = field(default_factory=list)

    def invoke_model(self, *, body: str, **_: str) -> dict[str, Any]:
        request = json.loads(body)
        self.requests.append(request)
        vectors = [[float(len(text))] * self.dimensions for text in request["texts"]]
        answer = {"embeddings": vectors if self.flat else {"float": vectors}}
        return {"body": io.BytesIO(json.dumps(answer).encode())}


@dataclass
class Broken:
    error: Exception

    def invoke_model(self, **_: str) -> dict[str, Any]:
        raise self.error


def test_request_is_what_the_model_expects() -> None:
    model = Model()
    BedrockEmbedder(model, "cohere.embed-v4:0").embed(["請假"], purpose="search_query")
    assert model.requests == [
        {
            "texts": ["請假"],
            "input_type": "search_query",
            "embedding_types": ["float"],
            "output_dimension": 1536,
        }
    ]


@pytest.mark.parametrize("flat", [True, False])
@pytest.mark.parametrize("count", [0, 1, BATCH_TEXTS, BATCH_TEXTS + 1, 1000])
def test_every_text_gets_its_vector_in_order(count: int, flat: bool) -> None:  # noqa: FBT001
    model = Model(flat)
    texts = ["x" * (n % 50) for n in range(count)]
    vectors = BedrockEmbedder(model, "m").embed(texts, purpose="search_document")
    assert [vector[0] for vector in vectors] == [len(text) for text in texts]
    assert max((len(request["texts"]) for request in model.requests), default=0) <= BATCH_TEXTS


def test_wrong_number_of_dimensions_is_an_error() -> None:
    with pytest.raises(TransientError, match="1536"):
        BedrockEmbedder(Model(dimensions=1024), "m").embed(["a"], purpose="search_document")


@pytest.mark.parametrize(
    "error",
    [
        ClientError({"Error": {"Code": "ThrottlingException", "Message": "slow"}}, "InvokeModel"),
        ReadTimeoutError(endpoint_url="http://bedrock"),
    ],
)
def test_failing_service_is_named(error: Exception) -> None:
    with pytest.raises(TransientError, match="Bedrock failed") as raised:
        BedrockEmbedder(Broken(error), "m").embed(["a"], purpose="search_document")
    assert raised.value.__cause__ is error


@pytest.mark.parametrize("answer", [{}, {"embeddings": {}}, {"embeddings": {"int8": [[1]]}}])
def test_an_answer_without_float_vectors_is_an_error(answer: dict[str, Any]) -> None:
    class Silent:
        def invoke_model(self, **_: str) -> dict[str, Any]:
            return {"body": io.BytesIO(json.dumps(answer).encode())}

    with pytest.raises(TransientError, match="Bedrock"):
        BedrockEmbedder(Silent(), "m").embed(["a"], purpose="search_document")
