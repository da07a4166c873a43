"""Step 4: texts to vectors."""

from __future__ import annotations

import json
import random
import time
from array import array
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from itertools import chain
from threading import Event
from typing import Any, Literal, Protocol

from processor import attempts
from processor.batches import batches
from processor.errors import TransientError

Purpose = Literal["search_document", "search_query"]
Vector = Sequence[float]

DIMENSIONS = 1536
IN_FLIGHT = 3


class Embedder(Protocol):
    """Turns texts into vectors of `DIMENSIONS` numbers, one a text, in order.

    name: of the model and its dimension; vectors of one name may be compared.
    """

    @property
    def name(self) -> str: ...

    def embed(self, texts: Sequence[str], *, purpose: Purpose, seconds: float) -> list[Vector]:
        """Return the vectors; no call begins later than `seconds` from now."""


def _wait(seconds: float, cut_short: Event) -> None:
    cut_short.wait(seconds)


@dataclass(frozen=True)
class BedrockEmbedder:
    """Cohere Embed on Bedrock.

    client: a boto3 `bedrock-runtime` client that makes one attempt a call; trying again is
    decided here, where the time that is left is known. pause(seconds, cut_short) waits, unless
    the event is set. throttled: told how many calls of an `embed` were refused for now, if any.
    """

    client: Any
    model_id: str
    monotonic: Callable[[], float] = time.monotonic
    pause: Callable[[float, Event], object] = _wait
    random: Callable[[], float] = random.random
    throttled: Callable[[int], object] = lambda _: None

    @property
    def name(self) -> str:
        return f"{self.model_id}/{DIMENSIONS}"

    def embed(self, texts: Sequence[str], *, purpose: Purpose, seconds: float) -> list[Vector]:
        """Return the vectors of `texts`; raises `TransientError` if Bedrock does not answer."""
        run = _Run(self, purpose, self.monotonic() + seconds)
        # No thread may outlive the call: it would be frozen with the sandbox.
        with ThreadPoolExecutor(max_workers=IN_FLIGHT) as pool:
            calls = [pool.submit(run.batch, batch) for batch in batches(texts)]
            try:
                for call in as_completed(calls):  # so that the first failure ends all of them
                    call.result()
            finally:
                run.over.set()
                pool.shutdown(cancel_futures=True)
                if run.throttles:
                    self.throttled(len(run.throttles))
        return list(chain.from_iterable(call.result() for call in calls))


@dataclass(frozen=True)
class _Run:
    """The calls for one document; `over` ends the waits of the others when one has failed.

    throttles: an entry for each refusal; a list, since threads may add to it as they like.
    """

    model: BedrockEmbedder
    purpose: Purpose
    deadline: float
    over: Event = field(default_factory=Event)
    throttles: list[None] = field(default_factory=list)

    def batch(self, texts: list[str]) -> list[Vector]:
        request = {
            "texts": texts,
            "input_type": self.purpose,
            "embedding_types": ["float"],
            "output_dimension": DIMENSIONS,
        }
        vectors = _vectors(self._answer(json.dumps(request, ensure_ascii=False)))
        if len(vectors) != len(texts) or any(len(vector) != DIMENSIONS for vector in vectors):
            raise TransientError(
                "Bedrock",
                f"{self.model.model_id} did not answer one {DIMENSIONS}-number vector a text",
            )
        # An eighth of the memory of a list; a long document has ten thousands of them.
        return [array("f", vector) for vector in vectors]

    def _answer(self, body: str) -> dict[str, Any]:
        return attempts.answer(
            lambda: self._invoke(body),
            deadline=self.deadline,
            monotonic=self.model.monotonic,
            random=self.model.random,
            pause=self._pause,
            throttled=lambda: self.throttles.append(None),
        )

    def _pause(self, seconds: float) -> None:
        self.model.pause(seconds, self.over)
        if self.over.is_set():
            raise TransientError("Bedrock", "another call for this document failed")

    def _invoke(self, body: str) -> dict[str, Any]:
        answer = self.model.client.invoke_model(
            modelId=self.model.model_id,
            body=body.encode(),
            contentType="application/json",
            accept="application/json",
        )
        return dict(json.loads(answer["body"].read()))


def _vectors(answer: dict[str, Any]) -> list[Vector]:
    # The model answers a list, or a dict by type when the request names the types.
    embeddings = answer.get("embeddings", [])
    return list(embeddings.get("float", []) if isinstance(embeddings, dict) else embeddings)
