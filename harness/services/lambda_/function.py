"""What the harness knows of a function: read from the Lambda API, never from a file of its own."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

import orjson

from harness.aws import ACCOUNT, json_answer, rest_call
from harness.call import Handler
from harness.errors import AwsError
from harness.network.networks import Networks
from harness.network.reach import Reach
from harness.services.lambda_.reference import parse_reference
from harness.services.lambda_.refusal import no_function

ON_DEMAND = "on-demand"
PROVISIONED = "provisioned-concurrency"


@dataclass(frozen=True, slots=True)
class ImageConfig:
    """What a function changes of its image; empty members are the image's own."""

    entry_point: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    working_directory: str = ""


@dataclass(frozen=True, slots=True)
class Function:
    """One version of a function, as `GetFunction` describes it.

    arn: as the function was asked for, with the qualifier if there was one.
    revision: changes with everything that makes running sandboxes outdated.
    image_uri: "" for a zip function, and image_digest too; code_sha256: base64, "" for an image.
    initialization: `ON_DEMAND` or `PROVISIONED`, of the sandboxes started for it.
    tracing: "Active" or "PassThrough".
    reach: what it can call from its subnets; None outside a VPC.
    """

    name: str
    arn: str
    version: str
    handler: str
    image_config: ImageConfig
    runtime: str
    memory_mb: int
    timeout_s: int
    variables: Mapping[str, str]
    image_uri: str
    image_digest: str
    code_sha256: str
    reserved_concurrency: int | None
    dead_letter_arn: str
    log_group: str
    log_format: str
    application_log_level: str
    system_log_level: str
    ephemeral_storage_mb: int
    state: str
    revision: str
    initialization: str = ON_DEMAND
    role_arn: str = ""
    reach: Reach | None = None
    tracing: str = "PassThrough"

    @property
    def qualified_arn(self) -> str:
        """Return the ARN with a qualifier in any case: that of the call, or the version."""
        return self.arn if self.arn.count(":") > 6 else f"{self.arn}:{self.version}"

    @property
    def qualifier(self) -> str:
        """Return what it was asked for by: a version, an alias, or ""."""
        return ":".join(self.arn.split(":")[7:])

    @property
    def unqualified_arn(self) -> str:
        return ":".join(self.arn.split(":")[:7])


@dataclass(frozen=True, slots=True)
class _Route:
    """Where a qualifier leads: to `function`, and to `other` with the probability `weight`."""

    function: Function
    other: Function | None = None
    weight: float = 0.0


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
        image_config=_image_config(image),
        runtime=configuration.get("Runtime", ""),
        memory_mb=int(configuration.get("MemorySize", 128)),
        timeout_s=int(configuration.get("Timeout", 3)),
        variables=configuration.get("Environment", {}).get("Variables", {}),
        image_uri=answer["Code"].get("ImageUri", "") if is_image else "",
        image_digest=configuration.get("CodeSha256", "") if is_image else "",
        code_sha256="" if is_image else configuration.get("CodeSha256", ""),
        reserved_concurrency=answer.get("Concurrency", {}).get("ReservedConcurrentExecutions"),
        dead_letter_arn=configuration.get("DeadLetterConfig", {}).get("TargetArn", ""),
        log_group=logging.get("LogGroup") or f"/aws/lambda/{name}",
        log_format=logging.get("LogFormat", "Text"),
        application_log_level=logging.get("ApplicationLogLevel", "INFO"),
        system_log_level=logging.get("SystemLogLevel", "INFO"),
        ephemeral_storage_mb=int(configuration.get("EphemeralStorage", {}).get("Size", 512)),
        state=configuration.get("State", "Active"),
        revision=_revision(answer),
        role_arn=configuration.get("Role", ""),
        tracing=configuration.get("TracingConfig", {}).get("Mode", "PassThrough"),
    )


def _image_config(given: Mapping[str, Any]) -> ImageConfig:
    return ImageConfig(
        tuple(given.get("EntryPoint") or ()),
        tuple(given.get("Command") or ()),
        given.get("WorkingDirectory") or "",
    )


def _revision(answer: Mapping[str, Any]) -> str:
    configuration = {
        key: value
        for key, value in answer["Configuration"].items()
        if key not in ("FunctionArn", "LastUpdateStatus", "State")
    }
    relevant = [configuration, answer["Code"].get("ImageUri")]
    return hashlib.sha256(orjson.dumps(relevant, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]


def _digest(reach: Reach | None) -> str:
    reached = [] if reach is None else [reach.everything, sorted(reach.services)]
    return hashlib.sha256(orjson.dumps(reached)).hexdigest()[:8]


class Functions:
    """The functions of the account, asked from `api` (the Lambda API) once per change.

    networks: None when functions in a VPC reach everything, like all others.
    chance: returns a number from 0 up to 1; it decides between the two versions of an alias.
    """

    def __init__(
        self,
        api: Handler,
        region: str,
        networks: Networks | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._api = api
        self._region = region
        self._networks = networks
        self._chance = chance
        self._known: dict[tuple[str, str], _Route] = {}

    async def get(self, reference: str, qualifier: str = "") -> Function:
        """Return a function; `AwsError` ResourceNotFoundException when there is none."""
        name, own_qualifier = parse_reference(reference)
        key, known = (name, qualifier or own_qualifier), self._known
        route = known.get(key)
        if route is None:
            route = known[key] = await self._ask(*key)
        if route.other is not None and self._chance() < route.weight:
            return route.other
        return route.function

    async def configurations(self) -> list[dict[str, Any]]:
        """Return the configuration of every function, as ListFunctions has it."""
        found: list[dict[str, Any]] = []
        query = "MaxItems=1000"
        while True:
            path = "/2015-03-31/functions/"
            call = rest_call("lambda", self._region, "ListFunctions", "GET", path, query=query)
            answer = await json_answer(self._api, call)
            found += answer["Functions"]
            if "NextMarker" not in answer:
                return found
            query = f"MaxItems=1000&Marker={answer['NextMarker']}"

    def forget(self) -> None:
        """Ask again from now on: something was changed through the API.

        What is being asked at this moment ends up in the dictionary dropped here.
        """
        self._known = {}

    def arn(self, name: str) -> str:
        return f"arn:aws:lambda:{self._region}:{ACCOUNT}:function:{name}"

    async def _ask(self, name: str, qualifier: str) -> _Route:
        function = await self._described(name, qualifier)
        if not qualifier or qualifier == "$LATEST" or qualifier.isdigit():
            return _Route(function)
        path = f"/2015-03-31/functions/{name}/aliases/{qualifier}"
        alias = await json_answer(
            self._api, rest_call("lambda", self._region, "GetAlias", "GET", path)
        )
        weights = alias.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})
        for version, weight in weights.items():  # one at most
            other = replace(await self._described(name, version), arn=function.arn)
            return _Route(function, other, weight)
        return _Route(function)

    async def _described(self, name: str, qualifier: str) -> Function:
        path = f"/2015-03-31/functions/{name}"
        query = f"Qualifier={quote(qualifier)}" if qualifier else ""
        call = rest_call("lambda", self._region, "GetFunction", "GET", path, query=query)
        try:
            answer = await json_answer(self._api, call)
        except AwsError as error:
            if error.status != 404:
                raise
            raise no_function(f"{self.arn(name)}:{qualifier or '$LATEST'}") from None
        return await self._connected(describe(answer), answer)

    async def _connected(self, function: Function, answer: Mapping[str, Any]) -> Function:
        """Return the function with its network, which makes sandboxes outdated when it changes."""
        config = answer["Configuration"].get("VpcConfig")
        if self._networks is None or not config:
            return function
        reach = await self._networks.of(config)
        return replace(function, reach=reach, revision=f"{function.revision}-{_digest(reach)}")
