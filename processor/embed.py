"""Step 4: texts to vectors."""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import chain
from typing import Any, Literal, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from processor.errors import TransientError

Purpose = Literal["search_document", "search_query"]
Vector = list[float]

DIMENSIONS = 1536
BATCH_TEXTS = 96
IN_FLIGHT = 3


class Embedder(Protocol):
    """Turns texts into vectors of `DIMENSIONS` numbers, one a text, in order."""

    def embed(self, texts: Sequence[str], *, purpose: Purpose) -> list[Vector]: ...


class BedrockEmbedder:
    """Cohere Embed on Bedrock; `client` is a boto3 `bedrock-runtime` client, which retries."""

    def __init__(self, client: Any, model_id: str) -> None:
        self._client = client
        self._model_id = model_id

    def embed(self, texts: Sequence[str], *, purpose: Purpose) -> list[Vector]:
        """Return the vectors of `texts`; raises `TransientError` if Bedrock does not answer."""
        batches = [texts[i : i + BATCH_TEXTS] for i in range(0, len(texts), BATCH_TEXTS)]
        # No thread may outlive the call: it would be frozen with the sandbox.
        with ThreadPoolExecutor(max_workers=IN_FLIGHT) as pool:
            answers = pool.map(partial(self._batch, purpose=purpose), batches)
            return list(chain.from_iterable(answers))

    def _batch(self, texts: Sequence[str], *, purpose: Purpose) -> list[Vector]:
        request = {
            "texts": list(texts),
            "input_type": purpose,
            "embedding_types": ["float"],
            "output_dimension": DIMENSIONS,
        }
        vectors = _vectors(self._invoke(json.dumps(request)))
        if len(vectors) != len(texts) or any(len(vector) != DIMENSIONS for vector in vectors):
            raise TransientError(
                "Bedrock", f"{self._model_id} did not answer one {DIMENSIONS}-number vector a text"
            )
        return vectors

    def _invoke(self, body: str) -> dict[str, Any]:
        try:
            answer = self._client.invoke_model(
                modelId=self._model_id,
                body=body,
                contentType="application/json",
                accept="application/json",
            )
            return dict(json.loads(answer["body"].read()))
        except (BotoCoreError, ClientError) as error:
            raise TransientError("Bedrock", str(error)) from error


def _vectors(answer: dict[str, Any]) -> list[Vector]:
    # The model answers a list, or a dict by type when the request names the types.
    embeddings = answer.get("embeddings", [])
    return list(embeddings.get("float", []) if isinstance(embeddings, dict) else embeddings)
