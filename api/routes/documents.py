"""/documents and /documents/{id}: what became of what a user uploaded, and its deletion."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request

from api import store
from api.dependencies import CurrentSandbox, CurrentUser
from api.errors import DocumentNotFoundError
from api.logs import note_documents
from api.models import Document, DocumentList
from api.problems import responses

_NOT_FOUND = "找不到此文件，請確認 id。 There is no such document; check the id."

router = APIRouter(tags=["documents"])

Limit = Annotated[int, Query(ge=1, le=500)]
Offset = Annotated[int, Query(ge=0, le=1_000_000)]


@router.get("/documents", responses=responses(401, 422, 503))
def list_documents(
    user_id: CurrentUser, sandbox: CurrentSandbox, limit: Limit = 100, offset: Offset = 0
) -> DocumentList:
    """Return the user's documents, newest first."""
    connection = sandbox.connection()
    return DocumentList(
        documents=store.newest(connection, user_id, limit, offset),
        total=store.count(connection, user_id),
    )


@router.get("/documents/{document_id}", responses=responses(401, 404, 422, 503))
def show_document(
    request: Request, document_id: UUID, user_id: CurrentUser, sandbox: CurrentSandbox
) -> Document:
    """Return one document with its status."""
    note_documents(request, [document_id])
    document = store.find(sandbox.connection(), document_id, user_id)
    if document is None:
        raise DocumentNotFoundError(_NOT_FOUND)
    return document


@router.delete(
    "/documents/{document_id}",
    status_code=HTTPStatus.NO_CONTENT,
    responses=responses(401, 404, 422, 503),
)
def delete_document(
    request: Request, document_id: UUID, user_id: CurrentUser, sandbox: CurrentSandbox
) -> None:
    """Delete one document for ever: what was stored of it and what was found in it."""
    note_documents(request, [document_id])
    if not sandbox.delete(document_id, user_id):
        raise DocumentNotFoundError(_NOT_FOUND)
