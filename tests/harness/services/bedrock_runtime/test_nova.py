from __future__ import annotations

from base64 import b64encode
from typing import Any

import orjson
import pytest

from harness.errors import AwsError
from harness.services.bedrock_runtime import nova
from harness.services.bedrock_runtime.completion import Completion

HANDBOOK = (
    "Employees receive fourteen days of annual leave each year. "
    "Remote work is allowed on two days a week. "
    "Expenses over thirty dollars need a receipt."
)
REMOTE = "Remote work is allowed on two days a week."
QUESTION = "How many days a week is remote work allowed?"
UNANSWERED = "The given context does not answer this question."


def user(*blocks: dict[str, Any]) -> dict[str, Any]:
    return {"role": "user", "content": list(blocks)}


def conversed(*blocks: dict[str, Any], **members: Any) -> Completion:
    return nova.converse(orjson.dumps({"messages": [user(*blocks)], **members}), "request-1")


def text_of(completion: Completion) -> str:
    message = completion.members["output"]["message"]
    assert message["role"] == "assistant"
    return message["content"][0]["text"]


def refusal(members: dict[str, Any]) -> str:
    with pytest.raises(AwsError) as caught:
        nova.converse(orjson.dumps(members), "request-1")
    assert (caught.value.code, caught.value.status) == ("ValidationException", 400)
    return caught.value.message


@pytest.mark.parametrize(
    "source",
    [
        {"text": HANDBOOK},
        {"content": [{"text": HANDBOOK}]},
        {"bytes": b64encode(HANDBOOK.encode()).decode()},
    ],
    ids=["text", "content", "bytes"],
)
def test_the_answer_is_the_matching_sentence_of_a_document(source: dict[str, Any]):
    document = {"document": {"format": "txt", "name": "handbook", "source": source}}

    assert text_of(conversed(document, {"text": QUESTION})) == REMOTE


def test_invoke_model_takes_and_returns_the_same_members():
    body = {
        "schemaVersion": "messages-v1",
        "system": [{"text": HANDBOOK}],
        "messages": [user({"text": QUESTION})],
        "inferenceConfig": {"maxTokens": 100, "temperature": 0, "topP": 1, "topK": 1},
    }
    completion = nova.invoke(orjson.dumps(body), "request-1")

    assert text_of(completion) == REMOTE
    assert completion.members["stopReason"] == "end_turn"


def test_usage_counts_everything_said():
    conversation = [
        user({"text": "one two"}),
        {"role": "assistant", "content": [{"text": "three"}]},
        user({"text": "four?"}),
    ]
    body = {"system": [{"text": "zero"}], "messages": conversation}
    completion = nova.converse(orjson.dumps(body), "request-1")

    usage = completion.members["usage"]
    assert usage["inputTokens"] == completion.input_tokens == 1 + 2 + 2 + 2
    assert usage["outputTokens"] == completion.output_tokens == 13
    assert usage["totalTokens"] == usage["inputTokens"] + usage["outputTokens"]


def test_nothing_is_answered_from_a_context_about_something_else():
    completion = conversed({"text": f"{HANDBOOK}\n\nWho won the chess tournament?"})

    assert text_of(completion) == UNANSWERED


def test_max_tokens_ends_the_answer():
    completion = conversed({"text": f"{HANDBOOK}\n\n{QUESTION}"}, inferenceConfig={"maxTokens": 3})

    assert text_of(completion) == "Remote work"
    assert completion.members["stopReason"] == "max_tokens"
    assert completion.output_tokens == 3


def test_a_stop_sequence_ends_the_answer_before_it():
    completion = conversed(
        {"text": f"{HANDBOOK}\n\n{QUESTION}"},
        inferenceConfig={"stopSequences": ["xyz", " allowed"]},
    )

    assert text_of(completion) == "Remote work is"
    assert completion.members["stopReason"] == "stop_sequence"


REFUSED = {
    "no messages": (
        {"messages": []},
        "#/messages: expected minimum item count: 1, found: 0",
    ),
    "unknown member": (
        {"messages": [user({"text": "a"})], "prompt": "a"},
        "#: extraneous key [prompt] is not permitted",
    ),
    "unknown role": (
        {"messages": [{"role": "system", "content": [{"text": "a"}]}]},
        "#/messages/0/role: system is not a valid enum value",
    ),
    "too many tokens": (
        {"messages": [user({"text": "a"})], "inferenceConfig": {"maxTokens": 5001}},
        "#/inferenceConfig/maxTokens: 5001 is not less or equal to 5000",
    ),
    "assistant first": (
        {"messages": [{"role": "assistant", "content": [{"text": "a"}]}]},
        "A conversation must start with a user message.",
    ),
    "two in a row": (
        {"messages": [user({"text": "a"}), user({"text": "b"})]},
        "A conversation must alternate between user and assistant roles.",
    ),
    "tools": (
        {"messages": [user({"text": "a"})], "toolConfig": {"tools": []}},
        "Not emulated: `toolConfig`.",
    ),
    "guardrail": (
        {"messages": [user({"text": "a"})], "guardrailConfig": {}},
        "Not emulated: `guardrailConfig`.",
    ),
    "image": (
        {"messages": [user({"image": {"format": "png", "source": {"bytes": ""}}})]},
        "Not emulated: `image`.",
    ),
    "tool result": (
        {"messages": [user({"toolResult": {}})]},
        "Not emulated: `toolResult`.",
    ),
    "pdf": (
        {
            "messages": [
                user({"document": {"format": "pdf", "name": "a", "source": {"bytes": "QQ=="}}})
            ]
        },
        "Not emulated: pdf documents.",
    ),
    "document in S3": (
        {"messages": [user({"document": {"name": "a", "source": {"s3Location": {}}}})]},
        "Not emulated: documents without bytes, text or content.",
    ),
    "broken Base64": (
        {"messages": [user({"document": {"name": "a", "source": {"bytes": "!"}}})]},
        "A document's bytes are not UTF-8 text in Base64.",
    ),
    "too long": (
        {"messages": [user({"text": "字" * 300_001})]},
        "Input is too long for requested model.",
    ),
}


@pytest.mark.parametrize(("members", "words"), REFUSED.values(), ids=REFUSED)
def test_what_nova_or_the_emulator_cannot_do_is_refused(members: dict[str, Any], words: str):
    assert words in refusal(members)
