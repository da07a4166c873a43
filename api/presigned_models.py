"""The JSON of uploads that clients make to S3 themselves."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from api.models import Receipt
from processor.documents import MEDIA_TYPES

# A name of at least one letter or digit, and a suffix in any case.
_SUFFIXED = r"[0-9A-Za-z]\.({})$".format(
    "|".join(
        "".join(f"[{letter}{letter.upper()}]" for letter in suffix[1:]) for suffix in MEDIA_TYPES
    )
)

Method = Literal["PUT", "POST", "multipart"]


class UploadRequest(BaseModel):
    """A file that is to be uploaded.

    What the schema says beyond the types is refused by `api.uploads`, whose problems say more.
    """

    file_name: str = Field(min_length=1, max_length=1024, json_schema_extra={"pattern": _SUFFIXED})
    file_size: int = Field(
        ge=0,
        description="Bytes, exactly; up to 250 MB.",
        json_schema_extra={"minimum": 1},
    )
    content_type: str | None = Field(
        default=None,
        max_length=255,
        description="If given, the one that the suffix stands for.",
        json_schema_extra={"enum": [*sorted(set(MEDIA_TYPES.values())), None]},
    )
    method: Method = "PUT"


class Presigned(Receipt):
    """A document that waits for its object, which the client stores."""

    expires_at: datetime = Field(description="The upload must have begun by then.")


class PresignedPut(Presigned):
    """One PUT of the whole file."""

    method: Literal["PUT"] = "PUT"
    url: str
    headers: dict[str, str] = Field(description="To be sent exactly so: they are signed.")


class PresignedPost(Presigned):
    """A form, as a browser sends it: these fields, then the file in a field named `file`."""

    method: Literal["POST"] = "POST"
    url: str
    fields: dict[str, str]


class PresignedPart(BaseModel):
    part_number: int
    size: int = Field(description="Bytes, exactly.")
    url: str = Field(description="PUT the part here; S3's answer has its ETag.")


class PresignedMultipart(Presigned):
    """A file in parts, in any order and at once; ends with `POST /upload/{id}/complete`."""

    method: Literal["multipart"] = "multipart"
    parts: list[PresignedPart]


PresignedUpload = Annotated[
    PresignedPut | PresignedPost | PresignedMultipart, Field(discriminator="method")
]


class UploadedPart(BaseModel):
    part_number: int = Field(ge=1, le=10_000)
    etag: str = Field(pattern=r'^"?[0-9A-Za-z+/=-]{1,128}"?$', description="As S3 answered it.")


class UploadedParts(BaseModel):
    """What the client has uploaded."""

    parts: list[UploadedPart] | None = Field(
        default=None,
        min_length=1,
        max_length=10_000,
        description="Of a multipart upload. Without them the parts that S3 has are taken.",
    )
