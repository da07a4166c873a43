"""Forms that were cut off: the parser would take the files before the cut for all there were."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from python_multipart.multipart import parse_options_header

from api.errors import IncompleteFormError


class WholeFormRoute(APIRoute):
    """A route that demands of multipart/form-data that it has its end (RFC 2046, 5.1.1)."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def checked(request: Request) -> Response:
            kind, options = parse_options_header(request.headers.get("content-type"))
            boundary = options.get(b"boundary")
            if kind == b"multipart/form-data" and boundary:
                demand_end(await request.body(), boundary)
            return await handle(request)

        return checked


def demand_end(body: bytes, boundary: bytes) -> None:
    """Raise `IncompleteFormError` for a form without its closing delimiter."""
    end = b"--" + boundary + b"--"
    if not body.startswith(end) and b"\r\n" + end not in body:
        raise IncompleteFormError(
            "表單內容不完整，沒有任何檔案被儲存，請重新上傳。 "
            "The form ends before its end; nothing was stored, send it again."
        )
