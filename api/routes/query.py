"""POST /query: a question answered from the user's documents, with citations."""

from __future__ import annotations

from fastapi import APIRouter, Request
from pydantic import ConfigDict, Field

from api.dependencies import CurrentDeadline, CurrentSandbox, CurrentUser
from api.errors import QueryDisabledError
from api.filters import Filters, Text
from api.logs import note_documents
from api.models import QueryAnswer
from api.problems import responses

_DISABLED = (
    "問答功能已停用（ENABLE_RAG=false），請改用 GET /search 或聯絡管理員。 "
    "Answering is switched off (ENABLE_RAG=false); use GET /search or ask the operators."
)

router = APIRouter(tags=["search"])


class Question(Filters):
    model_config = ConfigDict(extra="forbid")  # a filter that is misspelt must not be ignored

    question: Text = Field(description="In any language.")
    limit: int = Field(default=8, ge=1, le=20, description="Passages to answer from, at most.")


@router.post("/query", responses=responses(400, 401, 422, 501, 503))
def query(
    request: Request,
    asked: Question,
    user_id: CurrentUser,
    sandbox: CurrentSandbox,
    deadline: CurrentDeadline,
) -> QueryAnswer:
    """Answer a question from the user's documents, citing them, or say that they do not."""
    if sandbox.answer is None:
        raise QueryDisabledError(_DISABLED)
    answer = sandbox.answer(asked.question, asked.scope(user_id), asked.limit, deadline)
    note_documents(request, dict.fromkeys(c.document_id for c in answer.citations))
    return answer
