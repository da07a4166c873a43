"""The environment variables of a sandbox (aws-behaviour §1.6), built from nothing (pure).

Deliberate additions to AWS's set: `AWS_ENDPOINT_URL` leads the SDK to this machine, and `TMPDIR`
gives each sandbox a `/tmp` of its own. There is no HOME, as on AWS.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from harness.services.lambda_.function import Function

# What the image the function is deployed on sets; it decides how the runtime client encodes.
_IMAGE_EXECUTION_ENVIRONMENT = "AWS_Lambda_python3.12"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sandbox lives: its directories, its Runtime API and the endpoint it may call.

    access: the variables that make an SDK sign as the function's role and lead it to services.
    """

    task_root: Path
    temporary: Path
    interpreter: Path
    runtime_api: str
    endpoint_url: str
    region: str
    log_stream: str
    telemetry_descriptor: int
    access: Mapping[str, str] = field(default_factory=dict)


def variables(function: Function, handler: str, place: Place) -> dict[str, str]:
    """Return the complete environment of a sandbox's process."""
    return {
        **function.variables,
        **_function(function, handler, place),
        **_platform(function, place),
    }


def _function(function: Function, handler: str, place: Place) -> dict[str, str]:
    optional = {"AWS_LAMBDA_LOG_FORMAT": "JSON"} if function.log_format == "JSON" else {}
    return {
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_VERSION": function.version,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_mb),
        "AWS_LAMBDA_LOG_GROUP_NAME": function.log_group,
        "AWS_LAMBDA_LOG_STREAM_NAME": place.log_stream,
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "_HANDLER": handler,
        **optional,
    }


def _platform(function: Function, place: Place) -> dict[str, str]:
    runtime = f"AWS_Lambda_{function.runtime}" if function.runtime else _IMAGE_EXECUTION_ENVIRONMENT
    return {
        "AWS_LAMBDA_RUNTIME_API": place.runtime_api,
        "AWS_EXECUTION_ENV": runtime,
        "AWS_REGION": place.region,
        "AWS_DEFAULT_REGION": place.region,
        "AWS_ENDPOINT_URL": place.endpoint_url,
        **place.access,
        "LAMBDA_TASK_ROOT": str(place.task_root),
        "PYTHONPATH": str(place.task_root),
        "PATH": f"{place.interpreter.parent}:/usr/local/bin:/usr/bin:/bin",
        "LANG": "en_US.UTF-8",
        "LC_CTYPE": "C.UTF-8",
        "TZ": ":UTC",
        "TMPDIR": str(place.temporary),
        "_LAMBDA_TELEMETRY_LOG_FD": str(place.telemetry_descriptor),
    }
