"""The Lambda API at the endpoint: Invoke is ours, code is noticed, the rest is forwarded."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Awaitable, Callable
from typing import Any

import orjson

from harness.call import Bytes, Call, Handler, Reply
from harness.errors import AwsError
from harness.services.lambda_.async_queue import AsyncQueue
from harness.services.lambda_.code import CodeStore
from harness.services.lambda_.function import Function, Functions
from harness.services.lambda_.invoker import Invoker

_SYNC_LIMIT = 6 * 1024 * 1024
_ASYNC_LIMIT = 1024 * 1024
_USER = {"Type": "User"}

Operation = Callable[[Call], Awaitable[Reply]]


class LambdaService:
    """Claims every Lambda call: invocations run here, changes pass through and are noticed."""

    name = "lambda"

    def __init__(
        self,
        control_plane: Handler,
        functions: Functions,
        code: CodeStore,
        invoker: Invoker,
        queue: AsyncQueue,
    ) -> None:
        self._control_plane = control_plane
        self._functions = functions
        self._code = code
        self._invoker = invoker
        self._queue = queue
        self._operations: dict[str, Operation] = {
            "Invoke": self._invoke,
            "CreateFunction": self._create,
            "UpdateFunctionCode": self._update_code,
            "UpdateFunctionConfiguration": self._update_configuration,
            "DeleteFunction": self._delete,
            "GetFunction": self._describe,
            "GetFunctionConfiguration": self._describe,
            "ListFunctions": self._describe,
            "InvokeAsync": _not_emulated,
            "InvokeWithResponseStream": _not_emulated,
        }

    def claims(self, call: Call) -> bool:
        return call.service == "lambda"

    async def handle(self, call: Call) -> Reply:
        return await self._operations.get(call.operation, self._forward)(call)

    async def _forward(self, call: Call) -> Reply:
        reply = await self._control_plane(call)
        if call.method != "GET":
            self._functions.forget()
        return reply

    async def _create(self, call: Call) -> Reply:
        request = await _request(call)
        await self._code.keep(request.get("Code", {}))
        return await self._change(call, request.get("FunctionName", ""), request)

    async def _update_code(self, call: Call) -> Reply:
        await self._code.keep(await _request(call))
        # The same image URI or zip again is a change too: the sandboxes are replaced.
        return await self._change(call, _reference(call), {})

    async def _update_configuration(self, call: Call) -> Reply:
        return await self._change(call, _reference(call), await _request(call))

    async def _change(self, call: Call, reference: str, request: dict[str, Any]) -> Reply:
        reply = await self._forward(call)
        if reply.status < 300:
            self._functions.keep(reference, request)
        return await self._completed(reply)

    async def _delete(self, call: Call) -> Reply:
        reply = await self._forward(call)
        if reply.status < 300 and "Qualifier" not in call.parameters():
            self._functions.deleted(_reference(call))
        return reply

    async def _describe(self, call: Call) -> Reply:
        return await self._completed(await self._forward(call))

    async def _completed(self, reply: Reply) -> Reply:
        if reply.status >= 300:
            return reply
        body = orjson.dumps(self._functions.completed(orjson.loads(await reply.read())))
        headers = [header for header in reply.headers if header[0] != "content-length"]
        return Reply(reply.status, headers, body)

    async def _invoke(self, call: Call) -> Reply:
        qualifier = call.parameters().get("Qualifier", "")
        function = await self._functions.get(_reference(call), qualifier)
        kind = call.header("x-amz-invocation-type", "RequestResponse")
        payload = await _payload(call, _ASYNC_LIMIT if kind == "Event" else _SYNC_LIMIT)
        if kind == "Event":
            self._queue.accept(_qualified(function), call.id, payload)
            return Reply(202, [("x-amzn-requestid", call.id)])
        if kind == "DryRun":
            return Reply(204, [("x-amzn-requestid", call.id)])
        if kind != "RequestResponse":
            raise AwsError("InvalidParameterValueException", _bad_type(kind), 400, _USER)
        return await self._synchronous(call, function, payload)

    async def _synchronous(self, call: Call, function: Function, payload: bytes) -> Reply:
        context = _client_context(call.header("x-amz-client-context"))
        invoked = await self._invoker.invoke(function, call.id, payload, context)
        headers = [
            ("content-type", "application/json"),
            ("x-amzn-requestid", call.id),
            ("x-amz-executed-version", function.version),
        ]
        if invoked.outcome.failed:
            headers.append(("x-amz-function-error", "Unhandled"))
        if call.header("x-amz-log-type") == "Tail":
            headers.append(("x-amz-log-result", base64.b64encode(invoked.log_tail).decode()))
        return Reply(200, headers, invoked.outcome.payload)


def _reference(call: Call) -> str:
    return call.path.split("/")[3]


async def _request(call: Call) -> dict[str, Any]:
    """Return the JSON object of a change; the call can still be forwarded afterwards."""
    body = await call.body.read()
    request = _json(body)
    if not isinstance(request, dict):
        message = "Could not parse request body into json: it is not an object"
        raise AwsError("InvalidRequestContentException", message, 400, _USER)
    call.body = Bytes(body)
    framing = ("transfer-encoding", "content-length")
    call.headers = [header for header in call.headers if header[0] not in framing]
    call.headers.append(("content-length", str(len(body))))
    return request


async def _payload(call: Call, limit: int) -> bytes:
    """Return the event of an Invoke: JSON within the limit; an empty body is `{}`."""
    payload = bytearray()
    async for piece in call.body:
        payload += piece
        if len(payload) > limit:
            message = f"Request must be smaller than {limit} bytes for the InvokeFunction operation"
            raise AwsError("RequestTooLargeException", message, 413, _USER)
    _json(payload or b"{}")
    return bytes(payload) or b"{}"


def _client_context(encoded: str) -> str:
    """Return the JSON text of a client context; "" when there is none."""
    try:
        text = base64.b64decode(encoded, validate=True)
        orjson.loads(text or b"{}")
    except (binascii.Error, orjson.JSONDecodeError):
        message = "Client context must be a valid Base64-encoded JSON object."
        raise AwsError("InvalidRequestContentException", message, 400, _USER) from None
    return text.decode()


def _json(body: bytes | bytearray) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        message = (
            f"Could not parse request body into json: Could not parse payload into json: {error}"
        )
        raise AwsError("InvalidRequestContentException", message, 400, _USER) from None


def _qualified(function: Function) -> str:
    version = "" if function.version == "$LATEST" else f":{function.version}"
    return f"{function.name}{version}"


def _bad_type(kind: str) -> str:
    return (
        f"1 validation error detected: Value '{kind}' at 'invocationType' failed to satisfy "
        "constraint: Member must satisfy enum value set: [Event, RequestResponse, DryRun]"
    )


async def _not_emulated(call: Call) -> Reply:
    message = f"lambda:{call.operation} is not emulated here (docs/services/lambda.md)"
    raise AwsError("NotImplemented", message, 501, _USER)
