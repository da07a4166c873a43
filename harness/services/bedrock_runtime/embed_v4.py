"""Cohere Embed v4 as Bedrock serves it: the request schema, truncation and both response shapes.

The vectors are lexical (`vectors`), not Cohere's: texts that share words are close, synonyms are
not. `input_type` is checked and recorded but does not change a vector.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from harness.services.bedrock_runtime.completion import Completion
from harness.services.bedrock_runtime.malformed import (
    Strict,
    checked,
    invalid,
    malformed,
    not_emulated,
)
from harness.services.bedrock_runtime.text import count_tokens, first_tokens, last_tokens
from harness.services.bedrock_runtime.vectors import FORMS, embed

MAX_ITEMS = 96
MAX_TOKENS = 128_000

_Text = Annotated[str, Field(min_length=1)]
_Items = Field(min_length=1, max_length=MAX_ITEMS)
_Cut = Callable[[str, int], str]
_CUTS: dict[str, _Cut] = {"LEFT": last_tokens, "RIGHT": first_tokens}


class _Content(Strict):
    type: Literal["text", "image_url"]
    text: _Text | None = None
    image_url: Any = None


class _Input(Strict):
    content: Annotated[list[_Content], Field(min_length=1)]


class Request(Strict):
    """Absent and empty differ: `[]` stands for an absent member, an empty array is refused."""

    input_type: Literal["search_document", "search_query", "classification", "clustering"]
    texts: Annotated[list[_Text], _Items] = Field(default_factory=list)
    images: Annotated[list[str], _Items] = Field(default_factory=list)
    inputs: Annotated[list[_Input], _Items] = Field(default_factory=list)
    embedding_types: Annotated[
        list[Literal["float", "int8", "uint8", "binary", "ubinary"]], Field(min_length=1)
    ] = Field(default_factory=list)
    output_dimension: Literal[256, 512, 1024, 1536] = 1536
    max_tokens: Annotated[int, Field(ge=1, le=MAX_TOKENS)] = MAX_TOKENS
    truncate: Literal["NONE", "LEFT", "RIGHT"] = "NONE"

    @model_validator(mode="after")
    def _one_kind_of_input(self) -> Self:
        given = [name for name in ("texts", "images", "inputs") if getattr(self, name)]
        if len(given) != 1:
            found = " and ".join(given) or "none"
            raise ValueError(f"expected exactly one of [texts, images, inputs], found: {found}")
        return self


def invoke(body: bytes, request_id: str) -> Completion:
    """Return the embeddings for an InvokeModel body; raises `AwsError` when it is refused."""
    request = checked(Request, body)
    texts = [_within(text, request) for text in _texts(request)]
    tokens = sum(map(count_tokens, texts))
    if tokens > MAX_TOKENS:
        raise invalid(f"The input has {tokens} tokens, the model takes {MAX_TOKENS} in one call.")
    members = {"id": request_id, **_embeddings(request, texts)}
    if request.texts:
        members["texts"] = request.texts
    return Completion(members, tokens, 0, {"input_type": request.input_type, "inputs": len(texts)})


def _texts(request: Request) -> list[str]:
    if request.images:
        raise not_emulated("embeddings of images", "Send `texts`, or text in `inputs`.")
    return request.texts or [
        _text_of(item, f"#/inputs/{position}") for position, item in enumerate(request.inputs)
    ]


def _text_of(item: _Input, pointer: str) -> str:
    if any(part.type == "image_url" for part in item.content):
        raise not_emulated("embeddings of images", "Send only text parts in `inputs`.")
    parts = [part.text for part in item.content if part.text]
    if len(parts) != len(item.content):
        raise malformed(f"{pointer}/content: required key [text] not found")
    return "\n".join(parts)


def _within(text: str, request: Request) -> str:
    # A token has at least one character, so a text this short needs no counting.
    if len(text) <= request.max_tokens or count_tokens(text) <= request.max_tokens:
        return text
    if request.truncate == "NONE":
        raise invalid(
            f"An input exceeds {request.max_tokens} tokens; set `truncate` or shorten it."
        )
    return _CUTS[request.truncate](text, request.max_tokens)


def _embeddings(request: Request, texts: list[str]) -> dict[str, Any]:
    vectors = embed(texts, request.output_dimension)
    if not request.embedding_types:
        return {"embeddings": vectors, "response_type": "embeddings_floats"}
    forms = {name: np.ascontiguousarray(FORMS[name](vectors)) for name in request.embedding_types}
    return {"embeddings": forms, "response_type": "embeddings_by_type"}
