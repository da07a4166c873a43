"""POST /upload/document: the report's three steps, ① S3 put ② record ③ answer."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, File, Request, UploadFile
from starlette.responses import Response

from api.dependencies import CurrentSandbox, CurrentUser, IdempotencyKey
from api.forms import WholeFormRoute
from api.idempotency import Answer, fingerprint
from api.logs import note_documents
from api.models import PartialUploadAnswer, Receipt, Rejection, UploadAnswer
from api.problems import responses
from api.selection import Sent, select

router = APIRouter(tags=["documents"], route_class=WholeFormRoute)

Files = Annotated[
    list[UploadFile], File(min_length=1, description="One document or several, up to 20.")
]


@router.post(
    "/upload/document",
    response_model=UploadAnswer,
    responses={
        **responses(400, 401, 409, 413, 415, 422, 503),
        HTTPStatus.MULTI_STATUS: {"model": PartialUploadAnswer},
    },
)
def upload_document(
    request: Request,
    files: Files,
    user_id: CurrentUser,
    sandbox: CurrentSandbox,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Store documents and have them processed; what is refused does not stop the others."""
    sent = [Sent(file.filename or "", file.size or 0, file.file) for file in files]
    selection = select(sent)

    def accept(seed: UUID) -> Answer:
        uploads = selection.uploads(seed)
        note_documents(request, [upload.id for upload in uploads])
        return _answer(sandbox.intake.take(uploads, user_id), selection.rejected)

    asked = fingerprint(_pieces(sent)) if idempotency_key else b""
    return sandbox.once(user_id, idempotency_key, asked, accept).response()


def _answer(receipts: list[Receipt], rejected: list[Rejection]) -> Answer:
    if rejected:
        partial = PartialUploadAnswer(documents=receipts, rejected=rejected)
        return Answer(HTTPStatus.MULTI_STATUS, partial.model_dump_json().encode())
    return Answer(HTTPStatus.OK, UploadAnswer(documents=receipts).model_dump_json().encode())


def _pieces(files: Sequence[Sent]) -> Iterator[bytes]:
    """Yield what makes the request this one: the route, names and contents."""
    yield b"/upload/document"
    for file in files:
        yield file.name.encode(errors="replace")
        # What a form is spooled to has `readinto`, which BinaryIO does not promise.
        yield hashlib.file_digest(file.content, "sha256").digest()  # type: ignore[arg-type]
        file.content.seek(0)
