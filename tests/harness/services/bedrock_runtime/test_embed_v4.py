from __future__ import annotations

from typing import Any

import numpy as np
import orjson
import pytest

from harness.errors import AwsError
from harness.services.bedrock_runtime.completion import Completion
from harness.services.bedrock_runtime.embed_v4 import invoke
from harness.services.bedrock_runtime.vectors import embed


def request(**members: Any) -> bytes:
    return orjson.dumps({"input_type": "search_document", **members})


def embedded(**members: Any) -> Completion:
    return invoke(request(**members), "request-1")


def refusal(body: bytes) -> str:
    with pytest.raises(AwsError) as caught:
        invoke(body, "request-1")
    assert (caught.value.code, caught.value.status) == ("ValidationException", 400)
    return caught.value.message


def test_without_embedding_types_the_vectors_are_a_list():
    texts = ["特別休假", "sick leave"]
    members = embedded(texts=texts).members

    assert members["id"] == "request-1"
    assert members["response_type"] == "embeddings_floats"
    assert members["texts"] == texts
    np.testing.assert_array_equal(members["embeddings"], embed(texts, 1536))


def test_with_embedding_types_the_vectors_are_named_even_when_there_is_one_type():
    members = embedded(texts=["a"], embedding_types=["float"], output_dimension=256).members

    assert members["response_type"] == "embeddings_by_type"
    assert list(members["embeddings"]) == ["float"]
    assert members["embeddings"]["float"].shape == (1, 256)


def test_all_embedding_types_at_once():
    types = ["float", "int8", "uint8", "binary", "ubinary"]
    embeddings = embedded(texts=["a", "b"], embedding_types=types).members["embeddings"]

    widths = {name: embeddings[name].shape for name in types}
    assert widths == {
        "float": (2, 1536),
        "int8": (2, 1536),
        "uint8": (2, 1536),
        "binary": (2, 192),
        "ubinary": (2, 192),
    }


def test_text_parts_of_an_input_are_embedded_together():
    parts = [{"type": "text", "text": "annual"}, {"type": "text", "text": "leave"}]
    members = embedded(inputs=[{"content": parts}]).members

    np.testing.assert_array_equal(members["embeddings"], embed(["annual\nleave"], 1536))
    assert "texts" not in members


def test_ninety_six_texts_are_taken_in_order():
    texts = [f"paragraph {number}" for number in range(96)]

    np.testing.assert_array_equal(embedded(texts=texts).members["embeddings"], embed(texts, 1536))


def test_tokens_are_counted_and_the_purpose_is_noted():
    completion = embedded(texts=["特別休假", "leave"])

    assert (completion.input_tokens, completion.output_tokens) == (6, 0)
    assert completion.facts == {"input_type": "search_document", "inputs": 2}


@pytest.mark.parametrize(
    ("truncate", "kept"), [("RIGHT", "一二三"), ("LEFT", "四五六")], ids=["RIGHT", "LEFT"]
)
def test_long_texts_are_truncated_on_the_named_side(truncate: str, kept: str):
    completion = embedded(texts=["一二三四五六"], max_tokens=3, truncate=truncate)

    assert completion.input_tokens == 3
    np.testing.assert_array_equal(completion.members["embeddings"], embed([kept], 1536))


@pytest.mark.parametrize("members", [{}, {"truncate": "NONE"}])
def test_long_texts_are_refused_when_nothing_may_be_cut(members: dict[str, str]):
    message = refusal(request(texts=["一二三四"], max_tokens=3, **members))

    assert message == "An input exceeds 3 tokens; set `truncate` or shorten it."


def test_a_batch_beyond_the_context_is_refused():
    message = refusal(request(texts=["字" * 2000] * 65))

    assert message == "The input has 130000 tokens, the model takes 128000 in one call."


VIOLATIONS = {
    "97 texts": (
        {"texts": ["a"] * 97},
        "#/texts: expected maximum item count: 96, found: 97",
    ),
    "no texts": ({"texts": []}, "#/texts: expected minimum item count: 1, found: 0"),
    "97 images": (
        {"images": ["data:"] * 97},
        "#/images: expected maximum item count: 96, found: 97",
    ),
    "empty text": ({"texts": ["a", ""]}, "#/texts/1: expected minLength: 1, actual: 0"),
    "number as text": ({"texts": [1]}, "#/texts/0: expected type: String, found: Integer"),
    "one text as string": ({"texts": "a"}, "#/texts: expected type: JSONArray, found: String"),
    "null texts": ({"texts": None}, "#/texts: expected type: JSONArray, found: Null"),
    "no input": ({}, "#: expected exactly one of [texts, images, inputs], found: none"),
    "texts and images": (
        {"texts": ["a"], "images": ["data:"]},
        "#: expected exactly one of [texts, images, inputs], found: texts and images",
    ),
    "unknown input type": (
        {"texts": ["a"], "input_type": "document"},
        "#/input_type: document is not a valid enum value",
    ),
    "unknown field": (
        {"texts": ["a"], "model": "x"},
        "#: extraneous key [model] is not permitted",
    ),
    "dimension": (
        {"texts": ["a"], "output_dimension": 768},
        "#/output_dimension: 768 is not a valid enum value",
    ),
    "truncate of v3": (
        {"texts": ["a"], "truncate": "END"},
        "#/truncate: END is not a valid enum value",
    ),
    "embedding type": (
        {"texts": ["a"], "embedding_types": ["base64"]},
        "#/embedding_types/0: base64 is not a valid enum value",
    ),
    "no embedding type": (
        {"texts": ["a"], "embedding_types": []},
        "#/embedding_types: expected minimum item count: 1, found: 0",
    ),
    "too many tokens": (
        {"texts": ["a"], "max_tokens": 128_001},
        "#/max_tokens: 128001 is not less or equal to 128000",
    ),
    "no tokens": (
        {"texts": ["a"], "max_tokens": 0},
        "#/max_tokens: 0 is not greater or equal to 1",
    ),
    "tokens as text": (
        {"texts": ["a"], "max_tokens": "9"},
        "#/max_tokens: expected type: Integer, found: String",
    ),
    "part without text": (
        {"inputs": [{"content": [{"type": "text"}]}]},
        "#/inputs/0/content: required key [text] not found",
    ),
    "unknown part": (
        {"inputs": [{"content": [{"type": "video"}]}]},
        "#/inputs/0/content/0/type: video is not a valid enum value",
    ),
}


@pytest.mark.parametrize(("members", "violation"), VIOLATIONS.values(), ids=VIOLATIONS)
def test_a_request_outside_the_schema_is_refused_in_bedrocks_words(
    members: dict[str, Any], violation: str
):
    message = refusal(request(**members))

    assert message == (
        f"Malformed input request: {violation}, please reformat your input and try again."
    )


def test_the_purpose_is_required():
    assert refusal(orjson.dumps({"texts": ["a"]})) == (
        "Malformed input request: #: required key [input_type] not found, "
        "please reformat your input and try again."
    )


def test_several_violations_are_named_one_after_the_other():
    message = refusal(request(texts=["a"], model="x", truncate="START"))

    assert "#: extraneous key [model] is not permitted" in message
    assert "#/truncate: START is not a valid enum value" in message


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"texts=a"])
def test_a_body_that_is_no_json_is_refused(body: bytes):
    assert refusal(body) == ("Malformed input request, please reformat your input and try again.")


def test_a_violation_does_not_repeat_a_long_value():
    message = refusal(request(texts=["a"], truncate="x" * 5000))

    assert len(message) < 200


@pytest.mark.parametrize(
    "members",
    [
        {"images": ["data:image/png;base64,AA=="]},
        {"inputs": [{"content": [{"type": "image_url", "image_url": {"url": "data:"}}]}]},
    ],
    ids=["images", "inputs"],
)
def test_images_are_refused_as_not_emulated(members: dict[str, Any]):
    assert refusal(request(**members)).startswith("Not emulated: embeddings of images.")
