"""What must hold between the members of a function's settings, and what is not emulated; pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from harness.services.lambda_.refusal import invalid, not_emulated

RUNTIMES = ("python3.10", "python3.11", "python3.12", "python3.13", "python3.14")
_OTHER_RUNTIMES = ("nodejs", "java", "dotnet", "ruby", "go", "provided", "python")
_VARIABLES_LIMIT = 4096
_RESERVED = frozenset(
    {"_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV"}
    | {"AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"}
    | {"LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR", "TZ"}
    | {"AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_RUNTIME_API"}
    | {"AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_FORMAT"}
    | {"AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_LAMBDA_LOG_LEVEL"}
    | {"AWS_LAMBDA_MAX_CONCURRENCY", "AWS_LAMBDA_METADATA_API", "AWS_LAMBDA_METADATA_TOKEN"}
)
_NOT_EMULATED = (
    "CapacityProviderConfig",
    "CodeSigningConfigArn",
    "DurableConfig",
    "FileSystemConfigs",
    "Layers",
    "TenancyConfig",
)


def check_settings(request: Mapping[str, Any]) -> None:
    """Raise `AwsError` for settings that AWS refuses, and for those that are not emulated."""
    for member in _NOT_EMULATED:
        if request.get(member):
            raise not_emulated(f"{member} of a function")
    if (request.get("SnapStart") or {}).get("ApplyOn", "None") != "None":
        raise not_emulated("SnapStart of a function")
    if runtime := request.get("Runtime"):
        _check_runtime(runtime)
    _check_variables((request.get("Environment") or {}).get("Variables") or {})


def _check_runtime(runtime: str) -> None:
    if runtime in RUNTIMES:
        return
    if runtime.startswith(_OTHER_RUNTIMES):
        raise not_emulated(f"the runtime {runtime} ({', '.join(RUNTIMES)} are; images run too)")
    raise invalid(
        f"Value {runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum "
        f"value set: [{', '.join(RUNTIMES)}] or be a valid ARN"
    )


def _check_variables(variables: Mapping[str, str]) -> None:
    if reserved := sorted(_RESERVED & variables.keys()):
        raise invalid(
            "Lambda was unable to configure your environment variables because the environment "
            "variables you have provided contains reserved keys that are currently not supported "
            f"for modification. Reserved keys used in this request: {', '.join(reserved)}"
        )
    if len(orjson.dumps(variables)) > _VARIABLES_LIMIT:
        raise invalid(
            "Lambda was unable to configure your environment variables because the environment "
            "variables you have provided exceeded the 4KB limit."
        )


def check_package(request: Mapping[str, Any]) -> None:
    """Raise `AwsError` unless code and package type of a new function belong together."""
    if request.get("PackageType", "Zip") == "Image":
        _check_image_package(request)
        return
    if "ImageUri" in request["Code"]:
        raise invalid("Please don't provide ImageUri for a function with packageType Zip.")
    if not request["Code"]:
        raise invalid("Please provide a source for function code.")
    if not (request.get("Runtime") and request.get("Handler")):
        raise invalid(
            "Runtime and Handler are mandatory parameters for functions created with deployment "
            "packages."
        )


def _check_image_package(request: Mapping[str, Any]) -> None:
    if "ImageUri" not in request["Code"]:
        raise invalid("Please provide ImageUri when PackageType is Image")
    if request.get("Runtime") or request.get("Handler"):
        raise invalid(
            "Please don't provide Handler or Runtime or Layer when the intended function "
            "PackageType is Image."
        )
