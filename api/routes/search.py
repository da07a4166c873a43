"""GET /search: passages of the user's documents that answer to a query."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import StringConstraints

from api.dependencies import CurrentSandbox, CurrentUser
from api.models import SearchAnswer
from api.problems import responses

router = APIRouter(tags=["search"])

Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=1000),
    Query(description="Words, a sentence or a question, in any language."),
]
Limit = Annotated[int, Query(ge=1, le=50)]


@router.get("/search", responses=responses(401, 422, 503))
def search(
    q: Text, user_id: CurrentUser, sandbox: CurrentSandbox, limit: Limit = 10
) -> SearchAnswer:
    """Return the passages that match `q` best, by words and by meaning."""
    return sandbox.search(q, user_id, limit)
