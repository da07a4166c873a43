"""/documents and /documents/{id}: what became of what a user uploaded, its retry and deletion."""

from __future__ import annotations

import unicodedata
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Path, Query, Request
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
from api.following import Followed
from api.listing import CURSOR_PATTERN, Filters, Sort, place_at, place_of
from api.logs import note_documents
from api.models import Document, DocumentList
from api.openapi import ETAG, PREFERENCE, not_modified
from api.parameters import Moment, Text
from api.preferences import wait_seconds
from api.problems import responses
from api.representation import Representation
from processor.documents import Status

router = APIRouter(tags=["documents"])

DocumentId = Annotated[UUID, Path(description="`id` of a receipt or of the list.")]
Limit = Annotated[int, Query(ge=1, le=500, description="Documents a page.")]
Offset = Annotated[int, Query(ge=0, le=1_000_000, description="Documents to leave out first.")]
Cursor = Annotated[
    str | None,
    Query(
        pattern=CURSOR_PATTERN,
        description="`next` of the page before, beside the same filters; it has its own order.",
    ),
]
IfNoneMatch = Annotated[str | None, Header(description="Entity tags that the client has, or `*`.")]
IfMatch = Annotated[str | None, Header(description="Entity tags, one of which must hold, or `*`.")]
Prefer = Annotated[
    str | None,
    Header(
        description="`wait=20`: beside `If-None-Match`, answer once the document changes, after "
        "20 seconds at the latest (RFC 7240)."
    ),
]


def _filters(
    status: Annotated[list[Status], Query(description="Several: any of them.")] = [],  # noqa: B006
    file_type: Annotated[Text | None, Query(description="Media type.")] = None,
    uploaded_from: Annotated[
        Moment | None, Query(description="Not before this moment (RFC 3339).")
    ] = None,
    uploaded_to: Annotated[Moment | None, Query(description="Before this moment.")] = None,
    file_name: Annotated[Text | None, Query(description="A part of the name, in any case.")] = None,
) -> Filters:
    part = file_name and unicodedata.normalize("NFC", file_name)
    return Filters(status, file_type, uploaded_from, uploaded_to, part)


@router.get(
    "/documents",
    response_model=DocumentList,
    response_description="The page.",
    responses={200: {"headers": ETAG}, **not_modified(ETAG), **responses(401, 422, 503)},
)
def list_documents(
    user_id: CurrentUser,
    sandbox: CurrentSandbox,
    filters: Annotated[Filters, Depends(_filters)],
    sort: Annotated[Sort, Query(description="Downwards with a minus.")] = Sort.NEWEST,
    limit: Limit = 100,
    offset: Offset = 0,
    cursor: Cursor = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Return a page of the user's documents, newest first unless told otherwise."""
    connection = sandbox.connection()
    after = None if cursor is None else place_at(cursor)
    order = sort if after is None else after.sort
    found = store.page(connection, user_id, filters, order, limit + 1, offset, after)
    page = DocumentList(
        documents=found[:limit],
        total=store.count(connection, user_id, filters),
        next=place_of(found[limit - 1], order).cursor if len(found) > limit else None,
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
