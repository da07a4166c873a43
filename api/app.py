"""The application: routes, problems and the request log put together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI

from api import openapi, problems
from api.headers import AnswerHeaders
from api.logs import RequestLog
from api.routes import docs, documents, health, presigned, query, search, upload
from api.sandbox import Sandbox

MAX_FILES = 20


class Application(FastAPI):
    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document, with the problems that the routes refer to."""
        if self.openapi_schema is None:
            document = super().openapi()
            document["components"]["schemas"] |= problems.schemas()
            openapi.complete(document)
        return super().openapi()


def create(sandbox: Callable[[], Sandbox]) -> RequestLog:
    """Return the application; `sandbox` is called by the first request that needs it."""
    app = Application(
        title="HR chatbot documents",
        version="1.0.0",
        description=openapi.DESCRIPTION,
        openapi_tags=openapi.TAGS,
        docs_url=None,  # api/routes/docs.py
        redoc_url=None,
        redirect_slashes=False,  # to an address that the client named
        generate_unique_id_function=lambda route: route.name,
        form_limits={"max_files": MAX_FILES, "max_fields": MAX_FILES},
    )
    app.state.sandbox = sandbox
    problems.install(app)
    for routes in (upload, presigned, documents, search, query, health, docs):
        app.include_router(routes.router)
    return RequestLog(AnswerHeaders(app))
