"""What a client gets of a model: its JSON, the entity tag of it, and nothing when it has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from pydantic import BaseModel
from starlette.responses import Response

from api.conditions import entity_tag, is_known

# A client may keep it, but asks each time whether it still holds; nobody on the way may keep it.
_HEADERS = {"Cache-Control": "private, no-cache", "Vary": "Authorization"}


@dataclass(frozen=True)
class Representation:
    content: bytes
    tag: str

    @classmethod
    def of(cls, model: BaseModel) -> Representation:
        content = model.model_dump_json().encode()
        return cls(content, entity_tag(content))

    def answer(
        self, status: HTTPStatus = HTTPStatus.OK, headers: Mapping[str, str] | None = None
    ) -> Response:
        """Return it with its tag."""
        every = {**_HEADERS, "ETag": self.tag, **(headers or {})}
        return Response(self.content, status, every, media_type="application/json")

    def answer_unless(
        self, if_none_match: str | None, headers: Mapping[str, str] | None = None
    ) -> Response:
        """Return it, or a 304 to a client that has it."""
        if not is_known(if_none_match, self.tag):
            return self.answer(headers=headers)
        every = {**_HEADERS, "ETag": self.tag, **(headers or {})}
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=every)
