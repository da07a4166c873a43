"""The backend Lambda: API Gateway events (HTTP API, payload 2.0) in, HTTP answers out."""

from __future__ import annotations

from functools import cache
from typing import Any

from mangum import Mangum
from mangum.adapter import DEFAULT_TEXT_MIME_TYPES
from mangum.types import ASGI

from api import app, problems, sandbox
from processor import tracing
from processor.logs import logger


def lambda_handler(application: ASGI) -> Mangum:
    """Return a Lambda handler that answers API Gateway's events with `application`."""
    # What is not text by this list reaches API Gateway in base64.
    text = [*DEFAULT_TEXT_MIME_TYPES, problems.MEDIA_TYPE]
    return Mangum(application, lifespan="off", text_mime_types=text)


_answer = lambda_handler(app.create(cache(sandbox.build)))


@logger.inject_lambda_context(log_event=False, clear_state=True)
def handler(event: Any, context: Any) -> Any:
    """Answer a request of API Gateway."""
    with tracing.subsegment("## handler"):
        return _answer(event, context)
