"""Errors -> RFC 9457 problems. Every answer that is not a success is made here."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPMethod, HTTPStatus
from typing import Any

import psycopg
from botocore.exceptions import BotoCoreError, ClientError
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic.json_schema import models_json_schema
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match

from api.errors import ApiError, RejectedFileError, UnavailableError
from api.field_errors import field_errors
from api.logs import note_problem, request_id
from api.models import Problem
from processor.errors import TransientError
from processor.logs import logger

MEDIA_TYPE = "application/problem+json"

_SCHEMA_REFERENCE = "#/components/schemas/{model}"
_SERVICE_ERRORS = (
    BotoCoreError,
    ClientError,
    psycopg.InterfaceError,
    psycopg.OperationalError,
    TransientError,
)
_HEADERS = {
    "Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}, "example": 5},
    "WWW-Authenticate": {
        "description": "RFC 6750.",
        "schema": {"type": "string"},
        "example": 'Bearer realm="hr-chatbot"',
    },
}
_SENT_WITH = {401: ["WWW-Authenticate"], 503: ["Retry-After"]}
_HTTP_DETAILS = {
    400: "要求無法解讀，請檢查格式後再試。 The request cannot be read; check its form",
    404: "沒有這個路徑，請查閱 /docs。 There is no such route; /docs shows those there are.",
    405: "此路徑不接受這個方法。 This route does not take this method; Allow lists those it takes.",
}
_TRY_LATER = "服務暫時無法使用，請稍後再試。 A service did not answer; try again in a moment."
_INVALID = (
    "要求的內容不正確，請依 errors 修正。 The request is not valid; correct what errors lists."
)
_INTERNAL = (
    "系統發生內部錯誤，請將 instance 的值提供給管理員。 "
    "An internal error occurred; report it with the value of instance."
)


def install(app: FastAPI) -> None:
    """Let `app` answer every error with a problem."""
    app.add_exception_handler(ApiError, _api_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(Exception, _unexpected)
    for error in _SERVICE_ERRORS:
        app.add_exception_handler(error, _service_error)


def responses(*problems: int | type[ApiError]) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI responses of a route that may answer these problems.

    A status stands for any problem that has it; an error also names its `code`.
    """
    schema = {"$ref": _SCHEMA_REFERENCE.format(model=Problem.__name__)}
    found: dict[int | str, dict[str, Any]] = {}
    for problem in (*problems, HTTPStatus.INTERNAL_SERVER_ERROR):
        status = problem if isinstance(problem, int) else problem.status
        response = found.setdefault(
            int(status),
            {
                "description": HTTPStatus(status).phrase,
                "content": {MEDIA_TYPE: {"schema": schema}},
                "headers": {name: _HEADERS[name] for name in _SENT_WITH.get(status, ())},
            },
        )
        if not isinstance(problem, int):
            response["description"] += f", `{problem.code}`"
    return found


def schemas() -> dict[str, Any]:
    """Return the OpenAPI component schemas that `responses` refers to."""
    _, definitions = models_json_schema(
        [(Problem, "serialization")], ref_template=_SCHEMA_REFERENCE
    )
    components: dict[str, Any] = definitions["$defs"]
    return components


async def _api_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ApiError)
    problem = _problem(request, error.status, error.code, error.title, str(error))
    if isinstance(error, RejectedFileError) and error.rejected:
        problem.rejected = list(error.rejected)
    return _answer(problem, error.headers)


async def _http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    status, phrase = error.status_code, HTTPStatus(error.status_code).phrase
    code = phrase.lower().replace(" ", "_").replace("-", "_")
    detail = _HTTP_DETAILS.get(status, f"要求無法處理。 {error.detail}.")
    if status == HTTPStatus.BAD_REQUEST:
        detail += f" ({error.detail})."
    headers = dict(error.headers or {})
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(_methods(request))
    return _answer(_problem(request, status, code, phrase, detail), headers)


def _methods(request: Request) -> list[str]:
    """Return what the path of a request may be asked for; it may belong to several routes."""
    routes: list[BaseRoute] = request.app.routes
    scopes = {method.value: {**request.scope, "method": method.value} for method in HTTPMethod}
    return [
        method
        for method, scope in scopes.items()
        if any(route.matches(scope)[0] is Match.FULL for route in routes)
    ]


async def _invalid_request(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    problem = _problem(request, 422, "invalid_request", "Invalid request", _INVALID)
    problem.errors = list(field_errors(error.errors()))
    return _answer(problem)


async def _service_error(request: Request, error: Exception) -> JSONResponse:
    logger.error("A service failed", exc_info=error)
    return await _api_error(request, UnavailableError(_TRY_LATER))


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    # Not logged here: the error goes on to `RequestLog`, which called the application.
    return _answer(_problem(request, 500, "internal_error", "Internal error", _INTERNAL))


def _problem(request: Request, status: int, code: str, title: str, detail: str) -> Problem:
    note_problem(request, code)
    return Problem(
        type=f"urn:hr-chatbot:problem:{code}",
        title=title,
        status=status,
        detail=detail,
        code=code,
        instance=f"urn:uuid:{request_id(request)}",
    )


def _answer(problem: Problem, headers: Mapping[str, str] | None = None) -> JSONResponse:
    content = problem.model_dump(exclude_none=True)
    return JSONResponse(content, problem.status, headers, media_type=MEDIA_TYPE)
