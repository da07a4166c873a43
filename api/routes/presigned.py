"""POST /upload/presigned-url and /upload/{id}/complete: files that go to S3 without the gateway."""

from __future__ import annotations

from http import HTTPStatus
from typing import TypeVar
from uuid import UUID, uuid5

from fastapi import APIRouter, Request
from starlette.responses import Response

from api import store
from api.content import demand_type
from api.dependencies import CurrentSandbox, CurrentUser, IdempotencyKey
from api.errors import DocumentNotFoundError, NoPresignedUploadError
from api.idempotency import Answer, fingerprint
from api.logs import note_documents
from api.models import Document
from api.multipart import StoredPart
from api.presigned import Wish
from api.presigned_models import PresignedUpload, UploadedParts, UploadRequest
from api.problems import responses
from api.uploads import described

router = APIRouter(tags=["documents"])


Part = TypeVar("Part")


@router.post(
    "/upload/presigned-url",
    response_model=PresignedUpload,
    responses=responses(400, 401, 409, 413, 415, 422, 501, 503),
)
def presign_upload(
    request: Request,
    wanted: UploadRequest,
    user_id: CurrentUser,
    sandbox: CurrentSandbox,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Record a document and return what its client needs to store the file in S3 itself."""
    presign = _with_s3(sandbox.presign)
    file = described(wanted.file_name, wanted.file_size)
    demand_type(file.file_name, wanted.content_type)

    def issue(seed: UUID) -> Answer:
        wish = Wish(uuid5(seed, "0"), file, user_id)
        note_documents(request, [wish.id])
        issued = presign(wanted.method, wish)
        return Answer(HTTPStatus.OK, issued.model_dump_json().encode())

    asked = fingerprint([b"/upload/presigned-url", wanted.model_dump_json().encode()])
    return sandbox.once(user_id, idempotency_key, asked, issue).response()


@router.post(
    "/upload/{document_id}/complete",
    responses=responses(400, 401, 404, 409, 410, 413, 422, 501, 503),
)
def complete_upload(
    request: Request,
    document_id: UUID,
    user_id: CurrentUser,
    sandbox: CurrentSandbox,
    uploaded: UploadedParts | None = None,
) -> Document:
    """Say that a file is in S3; makes one of the parts of a multipart upload."""
    note_documents(request, [document_id])
    complete = _with_s3(sandbox.complete)
    found = complete(document_id, user_id, _named(uploaded))
    document = store.find(sandbox.connection(), document_id, user_id) if found else None
    if document is None:
        raise DocumentNotFoundError
    return document


def _with_s3(part: Part | None) -> Part:
    """Return a part of the sandbox that is there with USE_S3=true only."""
    if part is None:
        raise NoPresignedUploadError(
            "此環境不使用 S3（USE_S3=false），請改用 POST /upload/document。 "
            "This API works without S3 (USE_S3=false); use POST /upload/document."
        )
    return part


def _named(uploaded: UploadedParts | None) -> list[StoredPart] | None:
    if uploaded is None or uploaded.parts is None:
        return None
    return [StoredPart(part.part_number, part.etag) for part in uploaded.parts]
