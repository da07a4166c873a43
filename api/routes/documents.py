"""/documents and /documents/{id}: what became of what a user uploaded, its retry and deletion."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Path, Query, Request
from pydantic import Field, StringConstraints
from starlette.responses import Response

from api import store
from api.dependencies import CurrentDeadline, CurrentSandbox, CurrentUser
from api.errors import (
    DocumentAtFaultError,
    DocumentNotFoundError,
    NotFailedError,
    NotStoredError,
    ObjectMissingError,
    PreconditionFailedError,
)
from api.filters import UploadFilters
from api.following import Followed
from api.listing import CURSOR_PATTERN, Sort, place_at, place_of
from api.logs import note_documents
from api.models import Document, DocumentList
from api.openapi import ETAG, PREFERENCE, not_modified
from api.preferences import wait_seconds
from api.problems import responses
from api.representation import Representation
from api.scope import Scope
from processor.documents import Status

router = APIRouter(tags=["documents"])

DocumentId = Annotated[UUID, Path(description="`id` of a receipt or of the list.")]
IfNoneMatch = Annotated[str | None, Header(description="Entity tags that the client has, or `*`.")]
IfMatch = Annotated[str | None, Header(description="Entity tags, one of which must hold, or `*`.")]
Prefer = Annotated[
    str | None,
    Header(
        description="`wait=20`: beside `If-None-Match`, answer once the document changes, after "
        "20 seconds at the latest (RFC 7240)."
    ),
]


class Listed(UploadFilters):
    """What of the documents a page of the list shows."""

    status: list[Status] = Field(
        default=[], max_length=len(Status), description="Documents in any of these states only."
    )
    file_name: Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=255)] | None = (
        Field(default=None, description="A part of the name, in any case.")
    )
    sort: Sort = Field(default=Sort.NEWEST, description="Downwards with a minus.")
    limit: int = Field(default=100, ge=1, le=500, description="Documents a page.")
    offset: int = Field(default=0, ge=0, le=1_000_000, description="Documents to leave out first.")
    cursor: str | None = Field(
        default=None,
        pattern=CURSOR_PATTERN,
        description="`next` of the page before, beside the same filters; it has its own order.",
    )

    def scope(self, user_id: str) -> Scope:
        part = self.file_name and unicodedata.normalize("NFC", self.file_name)
        return replace(super().scope(user_id), statuses=self.status, file_name=part)


@router.get(
    "/documents",
    response_model=DocumentList,
    response_description="The page.",
    responses={200: {"headers": ETAG}, **not_modified(ETAG), **responses(401, 422, 503)},
)
def list_documents(
    user_id: CurrentUser,
    sandbox: CurrentSandbox,
    asked: Annotated[Listed, Query()],
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Return a page of the user's documents, newest first unless told otherwise."""
    connection, scope = sandbox.connection(), asked.scope(user_id)
    after = None if asked.cursor is None else place_at(asked.cursor)
    order = asked.sort if after is None else after.sort
    found = store.page(connection, scope, order, asked.limit + 1, asked.offset, after)
    page = DocumentList(
        documents=found[: asked.limit],
        total=store.count(connection, scope),
        next=place_of(found[asked.limit - 1], order).cursor if len(found) > asked.limit else None,
    )
    return Representation.of(page).answer_unless(if_none_match)


@router.get(
    "/documents/{document_id}",
    response_model=Document,
    response_description="The document.",
    responses={
        200: {"headers": ETAG | PREFERENCE},
        **not_modified(ETAG | PREFERENCE),
        **responses(401, DocumentNotFoundError, 422, 503),
    },
)
def show_document(
    request: Request,
    document_id: DocumentId,
    user_id: CurrentUser,
    sandbox: CurrentSandbox,
    deadline: CurrentDeadline,
    if_none_match: IfNoneMatch = None,
    prefer: Prefer = None,
) -> Response:
    """Return one document with its status; at once, or when it is another than the client has."""
    note_documents(request, [document_id])
    followed = Followed(sandbox.connection(), document_id, user_id, if_none_match)
    seconds = 0 if if_none_match is None else wait_seconds(prefer, deadline.left())
    if seconds == 0:
        return followed.now().answer_unless(if_none_match)
    applied = {"Preference-Applied": f"wait={seconds}"}
    return followed.next(seconds).answer_unless(if_none_match, applied)


@router.post(
    "/documents/{document_id}/retry",
    status_code=HTTPStatus.ACCEPTED,
    response_model=Document,
    response_description="The document, waiting for its processing.",
    responses={
        202: {"headers": ETAG},
        **responses(
            401,
            DocumentNotFoundError,
            NotFailedError,
            DocumentAtFaultError,
            NotStoredError,
            ObjectMissingError,
            PreconditionFailedError,
            422,
            503,
        ),
    },
)
def retry_document(
    request: Request,
    document_id: DocumentId,
    user_id: CurrentUser,
    sandbox: CurrentSandbox,
    if_match: IfMatch = None,
) -> Response:
    """Process a failed document once more, unless its file is the reason."""
    note_documents(request, [document_id])
    document = sandbox.retry(document_id, user_id, if_match)
    return Representation.of(document).answer(HTTPStatus.ACCEPTED)


@router.delete(
    "/documents/{document_id}",
    status_code=HTTPStatus.NO_CONTENT,
    response_description="Nothing of the document is left.",
    responses=responses(401, DocumentNotFoundError, PreconditionFailedError, 422, 503),
)
def delete_document(
    request: Request,
    document_id: DocumentId,
    user_id: CurrentUser,
    sandbox: CurrentSandbox,
    if_match: IfMatch = None,
) -> None:
    """Delete one document for ever: what was stored of it and what was found in it."""
    note_documents(request, [document_id])
    if not sandbox.delete(document_id, user_id, if_match):
        raise DocumentNotFoundError
