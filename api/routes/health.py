"""GET /health: can this function do its work? Needs no token."""

from __future__ import annotations

from fastapi import APIRouter

from api.dependencies import CurrentSandbox
from api.models import Health
from api.problems import responses

router = APIRouter(tags=["operation"])


@router.get("/health", responses=responses(503))
def health(sandbox: CurrentSandbox) -> Health:
    """Answer `ok` when the database answers, else 503."""
    sandbox.connection()
    return Health()
