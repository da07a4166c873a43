"""The JSON the API answers with; what /openapi.json documents."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from processor.documents import Status


class Receipt(BaseModel):
    """One file of an upload that was accepted."""

    id: UUID
    file_name: str = Field(description="The name it is stored under.")
    status: Status = Field(description="Usually `pending`: processing goes on after the answer.")


class UploadAnswer(BaseModel):
    """All files were accepted."""

    status: Literal["success"] = "success"
    message: str = Field(default="上傳成功")
    documents: list[Receipt] = Field(description="In the order of the files sent.")


class Rejection(BaseModel):
    """One file of an upload that was refused, in the words of a problem."""

    file_name: str = Field(description="As it was sent.")
    code: str
    status: int
    title: str
    detail: str


class PartialUploadAnswer(BaseModel):
    """Some files were accepted, the others were not stored."""

    status: Literal["partial"] = "partial"
    message: str = Field(default="部分檔案上傳成功")
    documents: list[Receipt] = Field(description="What was accepted, in the order sent.")
    rejected: list[Rejection] = Field(description="What was refused, in the order sent.")


class Document(BaseModel):
    id: UUID
    file_name: str
    file_type: str | None = Field(description="Media type.")
    file_size: int | None = Field(description="Bytes.")
    status: Status
    stage: str | None = Field(description="The processing step reached last.")
    error_code: str | None = Field(description="Stable reason when `status` is `failed`.")
    error_message: str | None = Field(description="The reason, in words for the user.")
    chunk_count: int = Field(description="Searchable chunks.")
    upload_date: datetime


class DocumentList(BaseModel):
    documents: list[Document] = Field(description="Newest first.")
    total: int = Field(description="All documents of the user, on this page or not.")


class Hit(BaseModel):
    """A chunk of a document that answers to a query."""

    document_id: UUID
    file_name: str
    chunk_index: int = Field(description="Position in the document, from 0.")
    content: str
    score: float = Field(description="0 to 1, comparable within one answer only.")
    page_from: int | None
    page_to: int | None
    heading: str | None


class SearchAnswer(BaseModel):
    results: list[Hit] = Field(description="Best first.")
    ranking: Literal["hybrid", "lexical"] = Field(
        description="`lexical` when the query could not be compared by meaning."
    )


class Health(BaseModel):
    status: Literal["ok"] = "ok"
    database: Literal["ok"] = "ok"


class FieldError(BaseModel):
    field: str = Field(description="Where the value was sent, such as `query.limit`.")
    message: str


class Problem(BaseModel):
    """RFC 9457 problem details, sent as `application/problem+json`."""

    type: str
    title: str
    status: int
    detail: str
    code: str = Field(description="Stable; tell problems apart by it.")
    instance: str = Field(description="The request, as `urn:uuid:` and the id in the logs.")
    errors: list[FieldError] | None = Field(default=None, description="Invalid fields, if any.")
    rejected: list[Rejection] | None = Field(
        default=None, description="Each file, when an upload of several was refused whole."
    )
