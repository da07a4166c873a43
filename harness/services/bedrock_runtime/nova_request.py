"""The requests Nova Pro takes, as InvokeModel and as Converse (schema only).

What the emulator cannot do has a field of type `Any`, so that it is refused as not emulated and
not as unknown.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_camel

from harness.services.bedrock_runtime.malformed import Strict

MAX_OUTPUT_TOKENS = 5_000


class Member(Strict):
    """Members are called as AWS calls them: `max_tokens` here is `maxTokens` on the wire."""

    model_config = ConfigDict(alias_generator=to_camel)


class _Passage(Member):
    text: str


class _Source(Member):
    encoded: str | None = Field(default=None, alias="bytes")
    text: str | None = None
    content: list[_Passage] = Field(default_factory=list)
    s3_location: Any = None


class Document(Member):
    format: str = "txt"
    name: str
    source: _Source
    context: str | None = None
    citations: Any = None


class Block(Member):
    text: str | None = None
    document: Document | None = None
    cache_point: Any = None
    image: Any = None
    video: Any = None
    audio: Any = None
    tool_use: Any = None
    tool_result: Any = None
    guard_content: Any = None
    reasoning_content: Any = None


class Message(Member):
    role: Literal["user", "assistant"]
    content: Annotated[list[Block], Field(min_length=1)]


class Inference(Member):
    """temperature, top_p, top_k: checked and without effect, the answer is deterministic."""

    max_tokens: Annotated[int, Field(ge=1, le=MAX_OUTPUT_TOKENS)] = MAX_OUTPUT_TOKENS
    temperature: Annotated[float, Field(ge=0, le=1)] = 0.7
    top_p: Annotated[float, Field(ge=0, le=1)] = 0.9
    top_k: Annotated[int, Field(ge=0)] = 50
    stop_sequences: list[Annotated[str, Field(min_length=1)]] = Field(default_factory=list)


class Request(Member):
    messages: Annotated[list[Message], Field(min_length=1)]
    system: list[Block] = Field(default_factory=list)
    inference_config: Inference = Inference()
    tool_config: Any = None


class InvokeRequest(Request):
    schema_version: Literal["messages-v1"] = "messages-v1"


class ConverseRequest(Request):
    """The members from `additionalModelRequestFields` on are accepted and without effect."""

    guardrail_config: Any = None
    prompt_variables: Any = None
    additional_model_request_fields: Any = None
    additional_model_response_field_paths: Any = None
    request_metadata: Any = None
    performance_config: Any = None
    service_tier: Any = None
