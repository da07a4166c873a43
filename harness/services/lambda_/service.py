"""The Lambda API at the endpoint: invocations run here, functions are kept here."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable

from harness.call import Call, Handler, Reply
from harness.services.lambda_.async_queue import AsyncQueue
from harness.services.lambda_.event_invoke_config import EventInvokeConfigs
from harness.services.lambda_.event_stream import MEDIA_TYPE, response_stream
from harness.services.lambda_.function import Function, Functions
from harness.services.lambda_.invoke_request import (
    INVOKE_ASYNC_LIMIT,
    InvokeRequest,
    event,
    invoke_request,
)
from harness.services.lambda_.invoker import Invoked, Invoker
from harness.services.lambda_.provisioning import Provisioning
from harness.services.lambda_.recursion import Recursion
from harness.services.lambda_.recursion_config import RecursionConfigs
from harness.services.lambda_.reference import reference
from harness.services.lambda_.refusal import conflict, not_emulated

Operation = Callable[[Call], Awaitable[Reply]]


class LambdaService:
    """Claims every Lambda call; `configuration` answers those that are not about running.

    A change of a function retires the sandboxes it outdates.
    """

    name = "lambda"

    def __init__(
        self,
        configuration: Handler,
        region: str,
        functions: Functions,
        invoker: Invoker,
        queue: AsyncQueue,
        provisioning: Provisioning,
        configs: EventInvokeConfigs,
        recursion: Recursion,
    ) -> None:
        self._configuration = configuration
        self._region = region
        self._functions = functions
        self._invoker = invoker
        self._queue = queue
        self._provisioning = provisioning
        self._configs = configs
        self._recursion = recursion
        self._operations: dict[str, Operation] = {
            "Invoke": self._invoke,
            "InvokeAsync": self._invoke_async,
            "InvokeWithResponseStream": self._invoke_with_stream,
            "UpdateFunctionCode": self._change,
            "UpdateFunctionConfiguration": self._change,
            "UpdateAlias": self._move_alias,
            "DeleteFunction": self._delete,
            "DeleteAlias": self._delete_alias,
            "PutFunctionConcurrency": self._reserve,
            **configs.operations,
            **RecursionConfigs(functions, recursion).operations,
        }

    def claims(self, call: Call) -> bool:
        return call.service == "lambda"

    async def handle(self, call: Call) -> Reply:
        return await self._operations.get(call.operation, self._forward)(call)

    async def _forward(self, call: Call) -> Reply:
        try:
            return await self._configuration(call)
        finally:
            if call.method != "GET":
                self._functions.forget()

    async def _change(self, call: Call) -> Reply:
        reply = await self._forward(call)
        name, _ = reference(call, self._region)
        self._invoker.retire(name, "$LATEST")
        return reply

    async def _move_alias(self, call: Call) -> Reply:
        reply = await self._forward(call)
        name, _ = reference(call, self._region)
        self._provisioning.moved(name, call.path.rstrip("/").rsplit("/", 1)[-1])
        return reply

    async def _delete(self, call: Call) -> Reply:
        reply = await self._forward(call)
        name, version = reference(call, self._region)
        if version:
            self._provisioning.drop(name, version)
        else:
            self._provisioning.drop_all(name)
            self._recursion.forget(name)
        self._configs.forget(name, version)
        self._invoker.retire(name, version)
        return reply

    async def _delete_alias(self, call: Call) -> Reply:
        reply = await self._forward(call)
        name, _ = reference(call, self._region)
        alias = call.path.rstrip("/").rsplit("/", 1)[-1]
        self._provisioning.drop(name, alias)
        self._configs.forget(name, alias)
        return reply

    async def _reserve(self, call: Call) -> Reply:
        """Pass a reservation on; one of zero ends the function's sandboxes."""
        reply = await self._forward(call)
        name, _ = reference(call, self._region)
        if (await self._functions.get(name)).reserved_concurrency == 0:
            self._invoker.retire(name)
        return reply

    def _named(self, call: Call) -> str:
        """Return the function's name, with the qualifier that was asked for."""
        name, qualifier = reference(call, self._region)
        return f"{name}:{qualifier}" if qualifier else name

    async def _function(self, call: Call) -> Function:
        """Return the function to invoke; raises `AwsError` while it is not ready."""
        function = await self._functions.get(*reference(call, self._region))
        if function.state != "Active":
            raise conflict(
                "The operation cannot be performed at this time. The function is currently in the "
                f"following state: {function.state}"
            )
        return function

    async def _invoke(self, call: Call) -> Reply:
        function = await self._function(call)
        request = await invoke_request(call)
        if request.kind == "Event":
            await self._accept(call, request.payload)
            return Reply(202, [("x-amzn-requestid", call.id)])
        if request.kind == "DryRun":
            return Reply(204, [("x-amzn-requestid", call.id)])
        invoked = await self._run(call, function, request)
        headers = [("content-type", "application/json"), *_about(call, function)]
        if invoked.outcome.failed:
            headers.append(("x-amz-function-error", "Unhandled"))
        if request.tail:
            headers.append(("x-amz-log-result", base64.b64encode(invoked.log_tail).decode()))
        return Reply(200, headers, invoked.outcome.payload)

    async def _invoke_with_stream(self, call: Call) -> Reply:
        function = await self._function(call)
        request = await invoke_request(call)
        if request.kind == "Event":
            raise not_emulated("InvokeWithResponseStream of type Event")
        if request.kind == "DryRun":
            return Reply(204, [("x-amzn-requestid", call.id)])
        invoked = await self._run(call, function, request)
        log = base64.b64encode(invoked.log_tail).decode() if request.tail else ""
        headers = [("content-type", MEDIA_TYPE), *_about(call, function)]
        return Reply(200, headers, response_stream(invoked.outcome, log))

    async def _accept(self, call: Call, payload: bytes) -> None:
        trace = call.header("x-amzn-trace-id")
        await self._queue.accept(self._named(call), call.id, payload, trace)

    async def _run(self, call: Call, function: Function, request: InvokeRequest) -> Invoked:
        trace = self._recursion.enter(function.name, call.id, call.header("x-amzn-trace-id"))
        context = request.client_context
        return await self._invoker.invoke(function, call.id, request.payload, context, trace=trace)

    async def _invoke_async(self, call: Call) -> Reply:
        """Accept an event by the deprecated operation that came before InvocationType."""
        await self._function(call)
        payload = await event(call, INVOKE_ASYNC_LIMIT)
        await self._accept(call, payload)
        return Reply(
            202, [("content-type", "application/json"), ("x-amzn-requestid", call.id)], b"{}"
        )


def _about(call: Call, function: Function) -> list[tuple[str, str]]:
    return [("x-amzn-requestid", call.id), ("x-amz-executed-version", function.version)]
