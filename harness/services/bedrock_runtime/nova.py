"""Amazon Nova Pro as Bedrock serves it: Converse and InvokeModel, answered extractively.

The answer consists of sentences of the given context (`extract`), so a test can tell whether the
right passage reached the model; it says nothing about what Nova would have written.
"""

from __future__ import annotations

from base64 import b64decode
from itertools import pairwise

from pydantic.alias_generators import to_camel

from harness.services.bedrock_runtime.completion import Completion
from harness.services.bedrock_runtime.extract import answer
from harness.services.bedrock_runtime.malformed import checked, invalid, not_emulated
from harness.services.bedrock_runtime.nova_request import (
    Block,
    ConverseRequest,
    Document,
    Inference,
    InvokeRequest,
    Member,
    Request,
)
from harness.services.bedrock_runtime.prompt import Prompt, read
from harness.services.bedrock_runtime.text import count_tokens, first_tokens

MAX_CONTEXT_TOKENS = 300_000

_TEXT_FORMATS = ("txt", "md", "html", "csv")
_NOT_EMULATED_BLOCKS = (
    "image",
    "video",
    "audio",
    "tool_use",
    "tool_result",
    "guard_content",
    "reasoning_content",
)


def invoke(body: bytes, _request_id: str) -> Completion:
    """Return the completion of an InvokeModel body; raises `AwsError` when it is refused."""
    return _complete(checked(InvokeRequest, body))


def converse(body: bytes, _request_id: str) -> Completion:
    """Return the completion of a Converse body; raises `AwsError` when it is refused."""
    request = checked(ConverseRequest, body)
    _refuse_given(request, "guardrail_config", "prompt_variables")
    return _complete(request)


def _complete(request: Request) -> Completion:
    _refuse_given(request, "tool_config")
    _check_conversation(request)
    prompt = _prompt(request)
    input_tokens = sum(count_tokens(_text(block)) for block in _blocks(request))
    if input_tokens > MAX_CONTEXT_TOKENS:
        raise invalid("Input is too long for requested model.")
    text, stop_reason = _limited(answer(prompt), request.inference_config)
    output_tokens = count_tokens(text)
    members = {
        "output": {"message": {"role": "assistant", "content": [{"text": text}]}},
        "stopReason": stop_reason,
        "usage": {
            "inputTokens": input_tokens,
            "outputTokens": output_tokens,
            "totalTokens": input_tokens + output_tokens,
        },
    }
    return Completion(members, input_tokens, output_tokens, {"stop_reason": stop_reason})


def _limited(text: str, limits: Inference) -> tuple[str, str]:
    """Return the text up to the first stop sequence or the token limit, and the stop reason."""
    stops = [place for stop in limits.stop_sequences if (place := text.find(stop)) >= 0]
    stopped = text[: min(stops)] if stops else text
    shortened = first_tokens(stopped, limits.max_tokens)
    if shortened != stopped:
        return shortened, "max_tokens"
    return stopped, "stop_sequence" if stops else "end_turn"


def _check_conversation(request: Request) -> None:
    roles = [message.role for message in request.messages]
    if roles[0] != "user":
        raise invalid(
            "A conversation must start with a user message. "
            "Try again with a conversation that starts with a user message."
        )
    if any(first == second for first, second in pairwise(roles)):
        raise invalid(
            "A conversation must alternate between user and assistant roles. Make sure the "
            "conversation alternates between user and assistant roles and try again."
        )


def _prompt(request: Request) -> Prompt:
    for block in _blocks(request):
        _refuse_given(block, *_NOT_EMULATED_BLOCKS)
    users = [message for message in request.messages if message.role == "user"]
    asked = [block for message in users for block in message.content]
    return read(
        system=[block.text for block in request.system if block.text],
        user=[block.text for block in asked if block.text],
        documents=[_document(block.document) for block in asked if block.document],
    )


def _blocks(request: Request) -> list[Block]:
    said = (block for message in request.messages for block in message.content)
    return [*request.system, *said]


def _text(block: Block) -> str:
    return _document(block.document) if block.document else block.text or ""


def _refuse_given(member: Member, *names: str) -> None:
    for name in names:
        if getattr(member, name) is not None:
            raise not_emulated(f"`{to_camel(name)}`", "Send text and text documents only.")


def _document(document: Document) -> str:
    """Return the text of a document block."""
    source = document.source
    if source.text is not None:
        return source.text
    if source.content:
        return "\n".join(passage.text for passage in source.content)
    if source.encoded is None:
        raise not_emulated("documents without bytes, text or content", "Send the text itself.")
    if document.format not in _TEXT_FORMATS:
        raise not_emulated(f"{document.format} documents", f"Send one of {_TEXT_FORMATS}.")
    return _decoded(source.encoded)


def _decoded(encoded: str) -> str:
    try:
        return b64decode(encoded, validate=True).decode()
    except ValueError:
        raise invalid("A document's bytes are not UTF-8 text in Base64.") from None
