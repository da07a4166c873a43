"""GET /search: passages of the user's documents that answer to a query."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from api.dependencies import CurrentDeadline, CurrentSandbox, CurrentUser
from api.filters import Filters, Text
from api.models import SearchAnswer
from api.problems import responses
from api.retrieval import CANDIDATES

router = APIRouter(tags=["search"])


class Searched(Filters):
    q: Text = Field(description="Words, a sentence or a question, in any language.")
    limit: int = Field(default=10, ge=1, le=50)
    offset: int = Field(
        default=0, ge=0, le=2 * CANDIDATES, description="`next_offset` of the page before."
    )


@router.get("/search", responses=responses(401, 422, 503))
def search(
    asked: Annotated[Searched, Query()],
    user_id: CurrentUser,
    sandbox: CurrentSandbox,
    deadline: CurrentDeadline,
) -> SearchAnswer:
    """Return the passages that match `q` best, by words and by meaning."""
    found = sandbox.search(asked.q, asked.scope(user_id), deadline, asked.limit, asked.offset)
    return SearchAnswer(results=found.hits, ranking=found.ranking, next_offset=found.next_offset)
