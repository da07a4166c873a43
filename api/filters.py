"""The filters that lists, search and questions share, as clients send them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Annotated, Any
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    StringConstraints,
    WithJsonSchema,
)

from api.scope import Scope
from processor.documents import FILE_TYPES, IMAGE_TYPES

MAX_DOCUMENTS = 100

_TYPES = FILE_TYPES | IMAGE_TYPES
_MEDIA_TYPES = {suffix.removeprefix("."): media_type for suffix, media_type in _TYPES.items()} | {
    media_type: media_type for media_type in _TYPES.values()
}
_MOMENT = WithJsonSchema(
    {"anyOf": [{"type": "string", "format": "date"}, {"type": "string", "format": "date-time"}]}
)


def _media_type(value: str) -> str:
    if value not in _MEDIA_TYPES:
        raise ValueError(f"there is no such type; the types are {', '.join(_MEDIA_TYPES)}")
    return _MEDIA_TYPES[value]


def _first_moment(value: Any) -> datetime:
    return _moment(value, time.min)


def _last_moment(value: Any) -> datetime:
    return _moment(value, time.max)


def _moment(value: Any, of_day: time) -> datetime:
    """Return the moment that an ISO 8601 date or date-time names; UTC where it names no zone."""
    if not isinstance(value, str):
        raise ValueError("send a date or a date-time as a string")
    try:
        return datetime.combine(date.fromisoformat(value), of_day, UTC)
    except ValueError:
        moment = datetime.fromisoformat(value)
    try:
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError as error:
        raise ValueError("the date-time is out of range") from error


FileType = Annotated[
    str,
    AfterValidator(_media_type),
    WithJsonSchema({"type": "string", "enum": list(_MEDIA_TYPES)}),
]

# What one language or the other takes for white space, so that no client is told otherwise.
_VISIBLE = r"[^\s\x1c-\x1f\x85\ufeff]"

Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=1000, pattern=_VISIBLE),
]


class UploadFilters(BaseModel):
    """Each filter narrows what is found or listed; of a list, any item will do.

    No document is within a time that ends before it begins.
    """

    file_type: list[FileType] = Field(
        default=[],
        max_length=len(_MEDIA_TYPES),
        description="Documents of these types only: a media type, or the suffix without dot.",
    )
    uploaded_from: Annotated[datetime | None, BeforeValidator(_first_moment), _MOMENT] = Field(
        default=None, description="Uploaded on this day or later; UTC unless it names an offset."
    )
    uploaded_to: Annotated[datetime | None, BeforeValidator(_last_moment), _MOMENT] = Field(
        default=None, description="Uploaded on this day, the whole of it, or earlier."
    )

    def scope(self, user_id: str) -> Scope:
        """Return what of the documents of `user_id` the filters leave."""
        return Scope(
            user_id,
            file_types=self.file_type,
            uploaded_from=self.uploaded_from,
            uploaded_to=self.uploaded_to,
        )


class Filters(UploadFilters):
    """The filters of search and of questions."""

    document_id: list[UUID] = Field(
        default=[], max_length=MAX_DOCUMENTS, description="These documents only."
    )

    def scope(self, user_id: str) -> Scope:
        return replace(super().scope(user_id), document_ids=self.document_id)
