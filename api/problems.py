"""Errors -> RFC 9457 problems. Every answer that is not a success is made here."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import psycopg
from botocore.exceptions import BotoCoreError, ClientError
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic.json_schema import models_json_schema
from starlette.exceptions import HTTPException

from api.errors import ApiError, RejectedFileError, UnavailableError
from api.logs import note_problem, request_id
from api.models import FieldError, Problem
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


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI responses of a route that may answer problems of these statuses."""
    schema = {"$ref": _SCHEMA_REFERENCE.format(model=Problem.__name__)}
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {MEDIA_TYPE: {"schema": schema}},
        }
        for status in (*statuses, HTTPStatus.INTERNAL_SERVER_ERROR)
    }


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
    phrase = HTTPStatus(error.status_code).phrase
    code = phrase.lower().replace(" ", "_").replace("-", "_")
    problem = _problem(request, error.status_code, code, phrase, error.detail)
    return _answer(problem, error.headers)


async def _invalid_request(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    problem = _problem(request, 422, "invalid_request", "Invalid request", _INVALID)
    problem.errors = [
        FieldError(
            field=".".join(map(str, item["loc"])), message=item["msg"].removeprefix("Value error, ")
        )
        for item in error.errors()
    ]
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
