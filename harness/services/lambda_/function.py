"""What the harness knows of a function: read from the Lambda API, never from a file of its own."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, unquote

import orjson

from harness.aws import json_answer, rest_call
from harness.call import Handler
from harness.errors import AwsError
from harness.network.networks import Networks
from harness.network.reach import Reach
from harness.services.lambda_.unstored import Unstored

_REFERENCE = re.compile(
    r"^(?:arn:aws[\w-]*:lambda:(?P<region>[\w-]+):)?(?:(?P<account>\d{12}):)?(?:function:)?"
    r"(?P<name>[\w-]{1,64})(?::(?P<qualifier>\$LATEST|[\w-]+))?$"
)


@dataclass(frozen=True, slots=True)
class Function:
    """One version of a function, as `GetFunction` describes it.

    revision: changes with everything that makes running sandboxes outdated.
    image_uri: "" for a zip function; code_sha256: hex, "" for an image.
    reach: what it can call from its subnets; None outside a VPC.
    """

    name: str
    arn: str
    version: str
    handler: str
    runtime: str
    memory_mb: int
    timeout_s: int
    variables: Mapping[str, str]
    image_uri: str
    code_sha256: str
    reserved_concurrency: int | None
    dead_letter_arn: str
    log_group: str
    log_format: str
    state: str
    revision: str
    role_arn: str = ""
    reach: Reach | None = None


def parse_reference(text: str) -> tuple[str, str]:
    """Return (name, qualifier) of a function name, partial ARN or ARN (percent-encoded or not)."""
    match = _REFERENCE.match(unquote(text))
    if not match:
        message = f"1 validation error detected: Value '{text}' at 'functionName' is not valid"
        raise AwsError("InvalidParameterValueException", message, 400, {"Type": "User"})
    return match["name"], match["qualifier"] or ""


def describe(answer: Mapping[str, Any]) -> Function:
    """Return the `Function` in an answer of GetFunction (pure)."""
    configuration = answer["Configuration"]
    image = configuration.get("ImageConfigResponse", {}).get("ImageConfig", {})
    logging = configuration.get("LoggingConfig", {})
    command = image.get("Command") or [""]
    name = configuration["FunctionName"]
    is_image = configuration.get("PackageType") == "Image"
    return Function(
        name=name,
        arn=configuration["FunctionArn"],
        version=configuration.get("Version", "$LATEST"),
        handler=command[0] if is_image else configuration.get("Handler", ""),
        runtime=configuration.get("Runtime", ""),
        memory_mb=int(configuration.get("MemorySize", 128)),
        timeout_s=int(configuration.get("Timeout", 3)),
        variables=configuration.get("Environment", {}).get("Variables", {}),
        image_uri=answer["Code"].get("ImageUri", "") if is_image else "",
        code_sha256="" if is_image else configuration.get("CodeSha256", ""),
        reserved_concurrency=answer.get("Concurrency", {}).get("ReservedConcurrentExecutions"),
        dead_letter_arn=configuration.get("DeadLetterConfig", {}).get("TargetArn", ""),
        log_group=logging.get("LogGroup") or f"/aws/lambda/{name}",
        log_format=logging.get("LogFormat", "Text"),
        state=configuration.get("State", "Active"),
        revision=_revision(answer),
        role_arn=configuration.get("Role", ""),
    )


def _revision(answer: Mapping[str, Any]) -> str:
    configuration = {
        key: value
        for key, value in answer["Configuration"].items()
        if key not in ("LastUpdateStatus", "State")
    }
    relevant = [configuration, answer["Code"].get("ImageUri")]
    return hashlib.sha256(orjson.dumps(relevant, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]


def _digest(reach: Reach | None) -> str:
    reached = [] if reach is None else [reach.everything, sorted(reach.services)]
    return hashlib.sha256(orjson.dumps(reached)).hexdigest()[:8]


class Functions:
    """The functions of the account, asked from the control plane once per change."""

    def __init__(
        self, control_plane: Handler, region: str, networks: Networks | None = None
    ) -> None:
        """networks: None when functions in a VPC reach everything, like all others."""
        self._control_plane = control_plane
        self._region = region
        self._networks = networks
        self._unstored = Unstored()
        self._known: dict[tuple[str, str], Function] = {}
        self._event_configs: dict[str, dict[str, Any]] = {}

    async def get(self, reference: str, qualifier: str = "") -> Function:
        """Return a function; `AwsError` ResourceNotFoundException when there is none."""
        name, own_qualifier = parse_reference(reference)
        key, known = (name, qualifier or own_qualifier), self._known
        if key not in known:
            known[key] = await self._ask(*key)
        return known[key]

    async def configurations(self) -> list[dict[str, Any]]:
        """Return the configuration of every function, as ListFunctions has it."""
        path = "/2015-03-31/functions/"
        call = rest_call("lambda", self._region, "ListFunctions", "GET", path)
        found: list[dict[str, Any]] = (await json_answer(self._control_plane, call))["Functions"]
        return found

    def keep(self, reference: str, request: Mapping[str, Any]) -> None:
        """Remember what a change set and the control plane forgets."""
        self._unstored.keep(parse_reference(reference)[0], request)
        self.forget()

    def deleted(self, reference: str) -> None:
        self._unstored.forget(parse_reference(reference)[0])

    def completed(self, answer: Mapping[str, Any]) -> dict[str, Any]:
        """Return an answer of the Lambda API with what the control plane forgets."""
        return self._unstored.completed(answer)

    def forget(self) -> None:
        """Ask again from now on: something was changed through the API.

        What is being asked at this moment ends up in the dictionaries dropped here.
        """
        self._known = {}
        self._event_configs = {}

    async def event_invoke_config(self, reference: str) -> dict[str, Any]:
        """Return what PutFunctionEventInvokeConfig set for a function; {} when nothing was."""
        name, _ = parse_reference(reference)
        configs = self._event_configs
        if name not in configs:
            path = f"/2019-09-25/functions/{name}/event-invoke-config"
            call = rest_call("lambda", self._region, "GetFunctionEventInvokeConfig", "GET", path)
            try:
                configs[name] = await json_answer(self._control_plane, call)
            except AwsError as error:
                if error.status != 404:
                    raise
                configs[name] = {}
        return configs[name]

    async def _ask(self, name: str, qualifier: str) -> Function:
        path = f"/2015-03-31/functions/{name}"
        query = f"Qualifier={quote(qualifier)}" if qualifier else ""
        call = rest_call("lambda", self._region, "GetFunction", "GET", path, query=query)
        try:
            answer = await json_answer(self._control_plane, call)
            answer["Concurrency"] = await self._concurrency(name)
            return await self._connected(describe(self.completed(answer)), answer)
        except AwsError as error:
            if error.status != 404:
                raise
            raise self._not_found(name, qualifier) from None

    async def _connected(self, function: Function, answer: Mapping[str, Any]) -> Function:
        """Return the function with its network, which makes sandboxes outdated when it changes."""
        config = answer["Configuration"].get("VpcConfig")
        if self._networks is None or not config:
            return function
        reach = await self._networks.of(config)
        return replace(function, reach=reach, revision=f"{function.revision}-{_digest(reach)}")

    async def _concurrency(self, name: str) -> dict[str, Any]:
        """Return GetFunctionConcurrency's answer; GetFunction itself omits a reservation of 0."""
        path = f"/2019-09-30/functions/{name}/concurrency"
        call = rest_call("lambda", self._region, "GetFunctionConcurrency", "GET", path)
        return await json_answer(self._control_plane, call)

    def _not_found(self, name: str, qualifier: str) -> AwsError:
        arn = f"arn:aws:lambda:{self._region}:123456789012:function:{name}"
        message = f"Function not found: {arn}:{qualifier or '$LATEST'}"
        return AwsError("ResourceNotFoundException", message, 404, {"Type": "User"})
