"""The backend Lambda: API Gateway events (HTTP API, payload 2.0) in, HTTP answers out."""

from __future__ import annotations

from functools import cache

from mangum import Mangum
from mangum.adapter import DEFAULT_TEXT_MIME_TYPES
from mangum.types import ASGI

from api import app, logs, problems, sandbox


def lambda_handler(application: ASGI) -> Mangum:
    """Return a Lambda handler that answers API Gateway's events with `application`."""
    # What is not text by this list reaches API Gateway in base64.
    text = [*DEFAULT_TEXT_MIME_TYPES, problems.MEDIA_TYPE]
    return Mangum(application, lifespan="off", text_mime_types=text)


logs.show_info()

handler = lambda_handler(app.create(cache(sandbox.build)))
