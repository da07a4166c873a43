"""What Put- and UpdateFunctionEventInvokeConfig may ask for (aws-behaviour §3.4); pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from harness.errors import AwsError

Settings = dict[str, Any]

_RANGES = {"MaximumRetryAttempts": (0, 2), "MaximumEventAgeInSeconds": (60, 21_600)}
_SIDES = ("OnSuccess", "OnFailure")
_ARN = (
    r"^$|arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\-])+:([a-z]{2}((-gov)|(-iso(b?)))?-[a-z]+-\d{1})?:"
    r"(\d{12})?:(.*)"
)
_EITHER = ("sqs", "sns", "lambda", "events")
_SERVICES = {"OnSuccess": _EITHER, "OnFailure": (*_EITHER, "s3")}
_USER = {"Type": "User"}


def requested(request: Mapping[str, Any], function_arn: str) -> Settings:
    """Return the settings that a request names, without those it leaves out.

    function_arn: of the function itself, unqualified. Raises `AwsError`: with AWS's message for a
    value out of range, a destination that is none, or a request for nothing.
    """
    found: Settings = {
        name: _number(name, request[name], *bounds)
        for name, bounds in _RANGES.items()
        if request.get(name) is not None
    }
    if request.get("DestinationConfig") is not None:
        found["DestinationConfig"] = _destinations(request["DestinationConfig"], function_arn)
    if not found:
        message = "You must specify at least one of error handling or destination setting."
        raise AwsError("InvalidParameterValueException", message, 400, _USER)
    return found


def replaced(request: Settings) -> Settings:
    """Return what Put makes of it: nothing else is set."""
    return {"DestinationConfig": {side: {} for side in _SIDES}, **request}


def merged(before: Settings, request: Settings) -> Settings:
    """Return what Update makes of it: what is not named stays."""
    return {**before, **request}


def _number(name: str, value: object, least: int, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise _not_serializable(name)
    if least <= value <= most:
        return value
    bound = f"less than or equal to {most}" if value > most else f"greater than or equal to {least}"
    raise _violated(str(value), name, f"Member must have value {bound}")


def _destinations(config: object, function_arn: str) -> dict[str, dict[str, str]]:
    if not isinstance(config, Mapping):
        raise _not_serializable("DestinationConfig")
    arns = {side: _arn(config.get(side), side) for side in _SIDES}
    for side, arn in arns.items():
        if not arn:
            continue
        if arn == function_arn or arn.startswith(f"{function_arn}:"):
            message = "You can't specify the function as a destination for itself."
            raise AwsError("InvalidParameterValueException", message, 400, _USER)
        if arn.split(":")[2] not in _SERVICES[side]:
            raise _invalid(arns)
    return {side: {"Destination": arn} if arn else {} for side, arn in arns.items()}


def _arn(side: object, name: str) -> str:
    """Return the ARN of one side; "" when it has none."""
    if side is None:
        return ""
    arn = side.get("Destination") if isinstance(side, Mapping) else 0
    if not isinstance(arn, str | None):
        raise _not_serializable(f"DestinationConfig.{name}")
    if arn and not re.fullmatch(_ARN, arn):
        path = f"destinationConfig.{name[0].lower()}{name[1:]}.destination"
        raise _violated(arn, path, f"Member must satisfy regular expression pattern: {_ARN}")
    return arn or ""


def _invalid(arns: Mapping[str, str]) -> AwsError:
    success, failure = (
        f"{side}(destination={arns[side]})" if arns[side] else "null" for side in _SIDES
    )
    message = (
        "The provided destination config DestinationConfig("
        f"onSuccess={success}, onFailure={failure}) is invalid."
    )
    return AwsError("InvalidParameterValueException", message, 400, _USER)


def _violated(value: str, name: str, constraint: str) -> AwsError:
    message = (
        f"1 validation error detected: Value '{value}' at '{name[0].lower()}{name[1:]}' "
        f"failed to satisfy constraint: {constraint}"
    )
    return AwsError("ValidationException", message, 400)


def _not_serializable(name: str) -> AwsError:
    return AwsError("SerializationException", f"{name} has a value of the wrong type", 400)
