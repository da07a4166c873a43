"""A function's configuration as the Lambda API shows it, built from what was asked for (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from harness.clock import iso8601

Configuration = dict[str, Any]

_PLAIN = (
    "Architectures",
    "Description",
    "EphemeralStorage",
    "Handler",
    "KMSKeyArn",
    "MemorySize",
    "Role",
    "Runtime",
    "Timeout",
    "TracingConfig",
)
_CREATING = "The function is being created."


def initial(request: Mapping[str, Any], name: str, arn: str, now: float) -> Configuration:
    """Return the configuration of a new function, all but what tells of its code."""
    configuration: Configuration = {
        "FunctionName": name,
        "FunctionArn": arn,
        "Description": "",
        "MemorySize": 128,
        "Timeout": 3,
        "PackageType": "Zip",
        "Version": "$LATEST",
        "State": "Active",
        "LastUpdateStatus": "Successful",
        "EphemeralStorage": {"Size": 512},
        "TracingConfig": {"Mode": "PassThrough"},
        "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
        "Architectures": ["x86_64"],
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{name}"},
    }
    if "PackageType" in request:
        configuration["PackageType"] = request["PackageType"]
    return changed(configuration, request, now)


def changed(configuration: Configuration, request: Mapping[str, Any], now: float) -> Configuration:
    """Return `configuration` with what `request` sets, as a new revision; the rest stays."""
    given = {member: request[member] for member in _PLAIN if request.get(member) is not None}
    given |= _composed(configuration, request)
    kept = {**configuration, **given, **_revision(now)}
    return {member: value for member, value in kept.items() if value is not None}


def _composed(configuration: Configuration, request: Mapping[str, Any]) -> Configuration:
    """Return the members that are replaced as a whole; None: to be removed."""
    composed: Configuration = {}
    if (environment := request.get("Environment")) is not None:
        variables = environment.get("Variables")
        composed["Environment"] = {"Variables": variables} if variables else None
    if (letters := request.get("DeadLetterConfig")) is not None:
        composed["DeadLetterConfig"] = letters if letters.get("TargetArn") else None
    if (image := request.get("ImageConfig")) is not None:
        composed["ImageConfigResponse"] = {"ImageConfig": image} if image else None
    if (network := request.get("VpcConfig")) is not None:
        composed["VpcConfig"] = _network(network)
    if (logging := request.get("LoggingConfig")) is not None:
        composed["LoggingConfig"] = _logging({**configuration["LoggingConfig"], **logging})
    return composed


def _network(asked: Mapping[str, Any]) -> dict[str, Any] | None:
    """VpcId: of the subnets; whoever has looked it up put it in."""
    if not asked.get("SubnetIds"):
        return None
    return {
        "SubnetIds": asked["SubnetIds"],
        "SecurityGroupIds": asked.get("SecurityGroupIds") or [],
        "VpcId": asked.get("VpcId", ""),
        "Ipv6AllowedForDualStack": bool(asked.get("Ipv6AllowedForDualStack")),
    }


def _logging(asked: dict[str, Any]) -> dict[str, Any]:
    """Levels exist in the JSON format only, where both are INFO by default."""
    levels = {"ApplicationLogLevel": "INFO", "SystemLogLevel": "INFO"}
    if asked["LogFormat"] == "JSON":
        return {**levels, **asked}
    return {member: value for member, value in asked.items() if member not in levels}


def _revision(now: float) -> dict[str, str]:
    return {"RevisionId": str(uuid4()), "LastModified": iso8601(now)[:-1] + "+0000"}


def published(
    configuration: Configuration, version: str, description: str | None, now: float
) -> Configuration:
    """Return the configuration of a version made from that of $LATEST."""
    return {
        **configuration,
        **_revision(now),
        "FunctionArn": f"{configuration['FunctionArn']}:{version}",
        "Version": version,
        "Description": configuration["Description"] if description is None else description,
    }


def on_creation(configuration: Configuration) -> Configuration:
    """Return what CreateFunction answers: on AWS the function is not ready by then."""
    shown = {
        **configuration,
        "State": "Pending",
        "StateReason": _CREATING,
        "StateReasonCode": "Creating",
    }
    del shown["LastUpdateStatus"]
    return shown


def on_update(configuration: Configuration) -> Configuration:
    """Return what an update answers, likewise."""
    return {
        **configuration,
        "LastUpdateStatus": "InProgress",
        "LastUpdateStatusReason": _CREATING,
        "LastUpdateStatusReasonCode": "Creating",
    }
