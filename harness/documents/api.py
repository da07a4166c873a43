"""The API's routes: one method each."""

from __future__ import annotations

from dataclasses import dataclass
from types import TracebackType
from typing import IO, Any, Self

import httpx

from harness.control import unanswered
from harness.environment import Environment
from harness.errors import HarnessError, UsageError

_TIMEOUT_S = 60.0

# What fits through API Gateway and into the event of a function, in base64 and with its form.
DIRECT_BYTES = 4_500_000


class RefusedError(HarnessError):
    """The API answered with an error."""


@dataclass(frozen=True, slots=True)
class Document:
    """A document as the API describes it; an upload's receipt has the first three only."""

    id: str
    file_name: str
    status: str
    stage: str = ""
    error_code: str = ""
    error_message: str = ""
    chunk_count: int = 0

    @classmethod
    def from_json(cls, answer: dict[str, Any]) -> Document:
        known = {name: answer.get(name) for name in cls.__slots__}
        return cls(**{name: value for name, value in known.items() if value is not None})

    @property
    def settled(self) -> bool:
        """Tell whether processing is over, well or badly."""
        return self.status in {"completed", "failed"}


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found by a search; score is comparable within one answer only."""

    file_name: str
    content: str
    score: float
    page_from: int | None = None
    page_to: int | None = None
    heading: str | None = None

    @classmethod
    def from_json(cls, answer: dict[str, Any]) -> Hit:
        return cls(**{name: answer[name] for name in cls.__slots__ if name in answer})


class DocumentsApi:
    """A client with the environment's bearer token; use it as an asynchronous context manager.

    Raises `UsageError` when the environment has no API. Every method raises `RefusedError` for an
    error answer and `EnvironmentFailedError` for none.
    """

    def __init__(
        self, environment: Environment, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        if not environment.api_url:
            raise UsageError("the template has no HTTP API; start one that has with --template")
        self._url = environment.api_url
        self._http = httpx.AsyncClient(
            base_url=environment.api_url,
            headers={"Authorization": f"Bearer {environment.token}"},
            timeout=_TIMEOUT_S,
            trust_env=False,  # a proxy has no business on loopback
            transport=transport,
        )
        # Without the token: a presigned request is signed already, and S3 refuses both at once.
        self._storage = httpx.AsyncClient(timeout=_TIMEOUT_S, trust_env=False, transport=transport)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._http.aclose()
        await self._storage.aclose()

    async def upload(self, file_name: str, content: IO[bytes], size: int) -> Document:
        """Send one file of `size` bytes and return its document.

        What is too large for the gateway goes to the bucket in parts, past it.
        """
        if size > DIRECT_BYTES:
            return await self._upload_in_parts(file_name, content, size)
        files = {"files": (file_name, content)}
        answer = await self._json("POST", "/upload/document", files=files)
        return Document.from_json(answer["documents"][0])

    async def document(self, document_id: str) -> Document:
        return Document.from_json(await self._json("GET", f"/documents/{document_id}"))

    async def search(self, query: str, limit: int) -> list[Hit]:
        """Return the best passages, best first."""
        parameters: dict[str, str | int] = {"q": query, "limit": limit}
        answer = await self._json("GET", "/search", params=parameters)
        return [Hit.from_json(result) for result in answer["results"]]

    async def _upload_in_parts(self, file_name: str, content: IO[bytes], size: int) -> Document:
        wanted = {"file_name": file_name, "file_size": size, "method": "multipart"}
        upload = await self._json("POST", "/upload/presigned-url", json=wanted)
        parts = [await self._store(part, content) for part in upload["parts"]]
        path = f"/upload/{upload['id']}/complete"
        return Document.from_json(await self._json("POST", path, json={"parts": parts}))

    async def _store(self, part: dict[str, Any], content: IO[bytes]) -> dict[str, Any]:
        """Send the next part of the file; return it as its completion names it."""
        try:
            response = await self._storage.put(part["url"], content=content.read(part["size"]))
        except httpx.TransportError as error:
            raise unanswered(part["url"].partition("?")[0], error) from error
        if response.is_error:
            raise RefusedError(f"S3 answered {response.status_code}: {response.text[:200]}")
        return {"part_number": part["part_number"], "etag": response.headers["ETag"]}

    async def _json(self, method: str, path: str, **options: Any) -> Any:
        try:
            response = await self._http.request(method, path, **options)
        except httpx.TransportError as error:
            raise unanswered(self._url, error) from error
        if response.is_error:
            raise RefusedError(f"the API answered {response.status_code}: {_reason(response)}")
        return response.json()


def _reason(response: httpx.Response) -> str:
    """Return the sentence of a problem (RFC 9457) or of API Gateway."""
    try:
        answer = response.json()
    except ValueError:
        return response.text[:200] or response.reason_phrase
    if not isinstance(answer, dict):
        return response.reason_phrase
    return str(answer.get("detail") or answer.get("message") or response.reason_phrase)
