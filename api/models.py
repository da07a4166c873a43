"""The JSON the API answers with; what /openapi.json documents."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, computed_field

from processor.documents import Stage, Status
from processor.errors import AT_FAULT

_STEPS = [stage.value for stage in Stage if stage is not Stage.DONE]


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


class Progress(BaseModel):
    """How far processing has come: at step `step` of `steps`, 0 while nobody is at it."""

    step: int = Field(ge=0)
    steps: int


class Document(BaseModel):
    """A document and what became of it."""

    id: UUID
    file_name: str
    file_type: str | None = Field(description="Media type.", examples=["application/pdf"])
    file_size: int | None = Field(description="Bytes.")
    status: Status
    stage: str | None = Field(description="The processing step reached last.", examples=["embed"])
    error_code: str | None = Field(
        description="Stable reason when `status` is `failed`, or when a `pending` one is retried."
    )
    error_message: str | None = Field(description="The reason, in words for the user.")
    chunk_count: int = Field(description="Searchable chunks.")
    page_count: int | None = Field(description="Pages, slides or sheets, once completed.")
    unread_pages: int = Field(description="Pages of a completed document that were unreadable.")
    attempt: int = Field(description="Runs spent on the current version of the file.")
    upload_date: datetime
    started_at: datetime | None = Field(description="Begin of the last run.")
    completed_at: datetime | None = Field(description="When it became searchable.")
    updated_at: datetime = Field(description="When status or stage changed last.")

    @computed_field(description="Whether processing the same file once more may help.")  # type: ignore[prop-decorator]
    @property
    def retryable(self) -> bool:
        return self.status is Status.FAILED and self.error_code not in AT_FAULT

    @computed_field(description="The step reached, of all steps.")  # type: ignore[prop-decorator]
    @property
    def progress(self) -> Progress:
        return Progress(step=self._step(), steps=len(_STEPS))

    def _step(self) -> int:
        if self.status is Status.COMPLETED:
            return len(_STEPS)
        if self.status is Status.PENDING or self.stage not in _STEPS:
            return 0
        return _STEPS.index(self.stage) + 1


class DocumentList(BaseModel):
    documents: list[Document] = Field(description="In the order of `sort`.")
    total: int = Field(description="All documents that pass the filters, on this page or not.")
    next: str | None = Field(description="`cursor` of the next page; null on the last one.")


class Span(BaseModel):
    """A place in `content`, in code points (not bytes, not UTF-16 units)."""

    start: int = Field(description="The first code point, counted from 0.")
    end: int = Field(description="The one after the last.")


class Excerpt(Span):
    """The part of `content` with most of the query in it; all of a short one."""

    text: str


class Hit(BaseModel):
    """A chunk of a document that answers to a query."""

    document_id: UUID
    file_name: str
    chunk_index: int = Field(description="Position in the document, from 0.")
    content: str
    score: float = Field(description="0 to 1, comparable within one search only.")
    page_from: int | None
    page_to: int | None
    heading: str | None
    highlights: list[Span] = Field(description="Where the words of the query are, in order.")
    excerpt: Excerpt


Ranking = Annotated[
    Literal["hybrid", "lexical"],
    Field(description="`lexical` when the query could not be compared by meaning."),
]


class SearchAnswer(BaseModel):
    results: list[Hit] = Field(description="Best first.")
    ranking: Ranking
    next_offset: int | None = Field(description="`offset` of the next page; null after the last.")


class Citation(BaseModel):
    """A passage that the answer refers to."""

    number: int = Field(description="What stands in brackets in the answer: `[1]`.")
    document_id: UUID
    file_name: str
    chunk_index: int = Field(description="Position in the document, from 0.")
    page_from: int | None
    page_to: int | None
    heading: str | None
    quote: str = Field(description="What the passage says to it, word for word.")


class Refusal(StrEnum):
    """Why a question was not answered."""

    NO_EVIDENCE = "no_evidence"
    DECLINED = "declined"
    UNCITED = "uncited"


class QueryAnswer(BaseModel):
    answer: str = Field(description="With the numbers of its citations; or that there is none.")
    answered: bool
    refusal: Refusal | None = Field(
        description="`no_evidence`: nothing was found, and no model asked. `declined`: the model "
        "found no answer in the passages. `uncited`: it gave one without saying where from. "
        "Null when `answered`."
    )
    citations: list[Citation] = Field(description="In the order of their numbers.")
    ranking: Ranking


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
