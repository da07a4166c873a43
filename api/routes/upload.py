"""POST /upload/document: the report's three steps, ① S3 put ② record ③ answer."""

from __future__ import annotations

from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, File, Request, UploadFile

from api.dependencies import CurrentSandbox, CurrentUser
from api.logs import note_documents
from api.models import UploadAnswer
from api.problems import responses
from api.uploads import check

router = APIRouter(tags=["documents"])

Files = Annotated[list[UploadFile], File(description="One document or several, up to 20.")]


@router.post("/upload/document", responses=responses(400, 401, 413, 415, 422, 503))
def upload_document(
    request: Request, files: Files, user_id: CurrentUser, sandbox: CurrentSandbox
) -> UploadAnswer:
    """Store documents and have them processed; all files are accepted or none."""
    uploads = [check(uuid4(), f.filename or "", f.size or 0, f.file) for f in files]
    note_documents(request, [upload.id for upload in uploads])
    return UploadAnswer(documents=sandbox.intake.take(uploads, user_id))
