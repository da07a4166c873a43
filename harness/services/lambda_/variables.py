"""The environment variables of a sandbox (aws-behaviour §1.6), built from nothing (pure).

Deliberate additions to AWS's set: `AWS_ENDPOINT_URL` leads the SDK to this machine; `TMPDIR` is a
directory of the sandbox's own where it cannot have a `/tmp`. There is no HOME, as on AWS.
An image brings some of them along itself; where there is none, `of_a_process` stands for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from harness.services.lambda_.function import Function

# What the image the function is deployed on sets; it decides how the runtime client encodes.
_IMAGE_EXECUTION_ENVIRONMENT = "AWS_Lambda_python3.12"
_PATH = "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin"
_LIBRARIES = (
    "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib"
)

# Where a sandbox sends segments whose role may not put them: on AWS the daemon is refused there,
# and nobody is told either.
NOWHERE = "127.0.0.1:9"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sandbox lives: its Runtime API and the endpoint it may call.

    image: the variables that an image would set, where there is none.
    access: the variables that make an SDK sign as the function's role and lead it to services.
    daemon_address: of the X-Ray daemon, `host:port`.
    runtime_api: each process of it has its own.
    """

    endpoint_url: str
    region: str
    log_stream: str
    image: Mapping[str, str] = field(default_factory=dict)
    access: Mapping[str, str] = field(default_factory=dict)
    daemon_address: str = NOWHERE
    runtime_api: str = ""


def variables(function: Function, handler: str, place: Place) -> dict[str, str]:
    """Return the complete environment of a sandbox's process."""
    return {
        **function.variables,
        **_function(function, handler, place),
        **_platform(place),
        **place.image,
    }


def of_a_process(
    runtime: str, task_root: Path, interpreter: Path, temporary: Path | None
) -> dict[str, str]:
    """Return what AWS's image for Python sets, for a process of this machine.

    task_root, temporary: as the function sees them; temporary: None when it is `/tmp`.
    """
    return {
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{runtime}" if runtime else _IMAGE_EXECUTION_ENVIRONMENT,
        "LAMBDA_TASK_ROOT": str(task_root),
        "LAMBDA_RUNTIME_DIR": "/var/runtime",
        "PWD": str(task_root),
        "PYTHONPATH": "/var/runtime",  # the code is found by the working directory
        "PATH": f"{interpreter.parent}:{_PATH}",
        "LD_LIBRARY_PATH": _LIBRARIES,
        "LANG": "en_US.UTF-8",
        "LC_CTYPE": "C.UTF-8",
        "SHLVL": "0",
        **({"TMPDIR": str(temporary)} if temporary else {}),
    }


def _function(function: Function, handler: str, place: Place) -> dict[str, str]:
    log = {"AWS_LAMBDA_LOG_FORMAT": "JSON", "AWS_LAMBDA_LOG_LEVEL": function.application_log_level}
    return {
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_VERSION": function.version,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_mb),
        "AWS_LAMBDA_LOG_GROUP_NAME": function.log_group,
        "AWS_LAMBDA_LOG_STREAM_NAME": place.log_stream,
        "AWS_LAMBDA_INITIALIZATION_TYPE": function.initialization,
        **({"_HANDLER": handler} if handler else {}),
        **(log if function.log_format == "JSON" else {}),
    }


def _platform(place: Place) -> dict[str, str]:
    return {
        "AWS_LAMBDA_RUNTIME_API": place.runtime_api,
        "AWS_REGION": place.region,
        "AWS_DEFAULT_REGION": place.region,
        "AWS_ENDPOINT_URL": place.endpoint_url,
        **place.access,
        "TZ": ":UTC",
        "AWS_XRAY_DAEMON_ADDRESS": place.daemon_address,
        "_AWS_XRAY_DAEMON_ADDRESS": place.daemon_address.partition(":")[0],
        "_AWS_XRAY_DAEMON_PORT": place.daemon_address.partition(":")[2],
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
    }
