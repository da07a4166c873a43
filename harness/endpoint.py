"""The single AWS endpoint: HTTP in, `Call` through the layers, `Reply` out.

A call that a service claims is answered by that service; everything else streams through to moto.
Errors leave in the wire format of the service that was asked.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence

from harness.call import Call, Handler, Layer, Reply, Service, layered
from harness.error_formats import render as render
from harness.errors import AwsError, HarnessError, UnansweredError
from harness.http1 import Head, ProtocolError, StreamBody
from harness.journal import Journal
from harness.recognise import API_ID_HEADER, recognise
from harness.server import Respond

_log = logging.getLogger(__name__)


class Endpoint:
    """`respond` is what an `HttpServer` calls; `door` is the way in for services' own calls."""

    def __init__(
        self,
        services: Sequence[Service],
        control_plane: Handler,
        layers: Sequence[Layer],
        region: str,
    ) -> None:
        self._services = services
        self._control_plane = control_plane
        self._region = region
        self.door = layered(layers, self._route)
        self.host = ""

    async def _route(self, call: Call) -> Reply:
        for service in self._services:
            if service.claims(call):
                return await service.handle(call)
        return await self._control_plane(call)

    async def respond(self, head: Head, body: StreamBody, source_ip: str) -> Reply:
        """Answer one HTTP request; AWS errors are rendered, ours are an InternalFailure."""
        call = self._call(head, body, source_ip)
        try:
            return await self.door(call)
        except AwsError as error:
            return render(error, call)
        except UnansweredError:
            raise  # the server ends it as the fault wants it
        except (HarnessError, ProtocolError, ConnectionError) as error:
            if body.broken:
                raise  # the client does not speak HTTP: the server answers that, not the service
            return render(AwsError("InternalFailure", str(error), 500), call)
        except Exception:
            # A defect of ours: the client gets an answer, whoever runs the environment the reason.
            _log.exception("%s %s failed", call.service, call.operation or call.method)
            message = "the environment failed; harness.log in its state directory says why"
            return render(AwsError("InternalFailure", message, 500), call)

    def of_api(self, api_id: str) -> Respond:
        """Return what a listener calls that belongs to one HTTP API alone."""

        async def respond(head: Head, body: StreamBody, source_ip: str) -> Reply:
            host = f"{api_id}.execute-api.{self._region}.amazonaws.com"
            others = [header for header in head.headers if header[0] != "host"]
            named = Head(head.start, [("host", host), *others])
            return await self.respond(named, body, source_ip)

        return respond

    def _call(self, head: Head, body: StreamBody, source_ip: str) -> Call:
        method, target, _ = head.start
        path, _, query = target.partition("?")
        found = recognise(method, path, query, head.headers, self._region)
        headers, virtual_host = head.headers, ""
        if found.path != path:
            # A virtual-hosted bucket is in the path now; the host must not name it a second time.
            virtual_host = head.header("host")
            headers = [(n, self.host if n == "host" else v) for n, v in headers]
        if found.api_id:
            headers = [*headers, (API_ID_HEADER, found.api_id)]
        return Call(
            *(found.service, found.operation, method, found.path, query, headers, body, source_ip),
            virtual_host=virtual_host,
            from_client=True,
        )


def recorder(journal: Journal) -> Layer:
    """Return the layer that records every call whose operation is known, and every refusal."""

    async def record(call: Call, proceed: Handler) -> Reply:
        started = time.perf_counter()
        try:
            reply = await proceed(call)
        except AwsError as error:
            _note(journal, call, error.status, started, error.code)
            raise
        except UnansweredError as error:
            _note(journal, call, error.status, started, "Unanswered")
            raise
        if call.operation:
            _note(journal, call, reply.status, started, sent=reply.header("content-length"))
        return reply

    return record


def _received(call: Call) -> int:
    """Return the bytes of a request's body, without the framing of aws-chunked."""
    length = call.header("x-amz-decoded-content-length") or call.header("content-length")
    return int(length) if length.isdecimal() else 0


def _note(
    journal: Journal, call: Call, status: int, started: float, code: str = "", sent: str = ""
) -> None:
    journal.record(
        "call.finished",
        id=call.id,
        service=call.service,
        operation=call.operation,
        path=call.path,
        status=status,
        code=code,
        milliseconds=round((time.perf_counter() - started) * 1000, 3),
        received=_received(call),
        sent=int(sent or 0),
    )
