"""The shapes of the requests, and the rules between their members (aws-behaviour §1.6, §1.8); pure.

The limits are those of AWS's quota page.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from harness.services.lambda_.configuration.shapes import (
    ListOf,
    MapOf,
    Number,
    Shape,
    Structure,
    Text,
    Truth,
)
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
_LEVELS = ("DEBUG", "INFO", "WARN")

NAME = Text(pattern=r"[a-zA-Z0-9-_]+", low=1, high=64)
ALIAS = Text(pattern=r"(?!^[0-9]+$)([a-zA-Z0-9-_]+)", low=1, high=128)
VERSION = Text(pattern=r"(\$LATEST|[0-9]+)", low=1, high=1024)
_ROLE = Text(pattern=r"arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+")
_TARGET = Text(pattern=r"(arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\-])+:[a-z0-9-]*:(\d{12})?:(.*))|()")
_LOG_GROUP = Text(pattern=r"[\.\-_/#A-Za-z0-9]+", low=1, high=512)

SETTINGS: Mapping[str, Shape] = {
    "CapacityProviderConfig": Structure(),
    "DeadLetterConfig": Structure({"TargetArn": _TARGET}),
    "Description": Text(high=256),
    "DurableConfig": Structure(),
    "Environment": Structure({"Variables": MapOf(Text(), key_pattern=r"[a-zA-Z]([a-zA-Z0-9_])+")}),
    "EphemeralStorage": Structure({"Size": Number(512, 10240)}, required=["Size"]),
    "FileSystemConfigs": ListOf(Structure()),
    "Handler": Text(pattern=r"[^\s]+", high=128),
    "ImageConfig": Structure(
        {
            "Command": ListOf(Text(), high=1500),
            "EntryPoint": ListOf(Text(), high=1500),
            "WorkingDirectory": Text(high=1000),
        }
    ),
    "KMSKeyArn": Text(pattern=r"(arn:(aws[a-zA-Z-]*)?:[a-z0-9-.]+:.*)|()"),
    "Layers": ListOf(Text(low=1)),
    "LoggingConfig": Structure(
        {
            "ApplicationLogLevel": Text(choices=("TRACE", *_LEVELS, "ERROR", "FATAL")),
            "LogFormat": Text(choices=("JSON", "Text")),
            "LogGroup": _LOG_GROUP,
            "SystemLogLevel": Text(choices=_LEVELS),
        }
    ),
    "MemorySize": Number(128, 10240),
    "RevisionId": Text(),
    "Role": _ROLE,
    "Runtime": Text(),
    "SnapStart": Structure({"ApplyOn": Text(choices=("PublishedVersions", "None"))}),
    "TenancyConfig": Structure(),
    "Timeout": Number(1, 900),
    "TracingConfig": Structure({"Mode": Text(choices=("Active", "PassThrough"))}),
    "VpcConfig": Structure(
        {
            "Ipv6AllowedForDualStack": Truth(),
            "SecurityGroupIds": ListOf(Text(), high=5),
            "SubnetIds": ListOf(Text(), high=16),
        }
    ),
}
_CODE: Mapping[str, Shape] = {
    "ImageUri": Text(low=1),
    "S3Bucket": Text(pattern=r"[0-9A-Za-z\.\-_]*(?<!\.)", low=3, high=63),
    "S3Key": Text(low=1, high=1024),
    "S3ObjectVersion": Text(low=1, high=1024),
    "ZipFile": Text(),
}
_ARCHITECTURES = ListOf(Text(choices=("x86_64", "arm64")), high=1)
TAGS = MapOf(Text(high=256))

CREATE = Structure(
    {
        **SETTINGS,
        "Architectures": _ARCHITECTURES,
        "Code": Structure(_CODE),
        "CodeSigningConfigArn": Text(),
        "FunctionName": Text(low=1, high=140),
        "PackageType": Text(choices=("Image", "Zip")),
        "Publish": Truth(),
        "Tags": TAGS,
    },
    required=["FunctionName", "Role", "Code"],
)
UPDATE_CODE = Structure(
    {
        **_CODE,
        "Architectures": _ARCHITECTURES,
        "DryRun": Truth(),
        "Publish": Truth(),
        "RevisionId": Text(),
    }
)
UPDATE_CONFIGURATION = Structure(SETTINGS)
PUBLISH = Structure({"CodeSha256": Text(), "Description": Text(high=256), "RevisionId": Text()})
_ALIAS_SETTINGS: Mapping[str, Shape] = {
    "CapacityProviderConfig": Structure(),
    "Description": Text(high=256),
    "FunctionVersion": VERSION,
    "RevisionId": Text(),
    "RoutingConfig": Structure(
        {"AdditionalVersionWeights": MapOf(Number(0, 1, whole=False), key_pattern="[0-9]+")}
    ),
}
CREATE_ALIAS = Structure({**_ALIAS_SETTINGS, "Name": ALIAS}, required=["Name", "FunctionVersion"])
UPDATE_ALIAS = Structure(_ALIAS_SETTINGS)
RESERVE = Structure(
    {"ReservedConcurrentExecutions": Number(0)}, required=["ReservedConcurrentExecutions"]
)
PROVISION = Structure(
    {"ProvisionedConcurrentExecutions": Number(1)}, required=["ProvisionedConcurrentExecutions"]
)
PERMISSION = Structure(
    {
        "Action": Text(pattern=r"(lambda:[*]|lambda:[a-zA-Z]+|[*])"),
        "EventSourceToken": Text(),
        "FunctionUrlAuthType": Text(choices=("NONE", "AWS_IAM")),
        "InvokedViaFunctionUrl": Truth(),
        "Principal": Text(pattern=r"[^\s]+"),
        "PrincipalOrgID": Text(pattern=r"o-[a-z0-9]{10,32}"),
        "RevisionId": Text(),
        "SourceAccount": Text(pattern=r"\d{12}"),
        "SourceArn": Text(pattern=r"arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\-])+:.*"),
        "StatementId": Text(pattern=r"([a-zA-Z0-9-_]+)", low=1, high=100),
    },
    required=["Action", "Principal", "StatementId"],
)
TAGGED = Text(
    pattern=r"arn:(aws[a-zA-Z-]*):lambda:[a-z0-9-]+:\d{12}:(function:[a-zA-Z0-9-_]+(:(\$LATEST|"
    r"[a-zA-Z0-9-_]+))?|code-signing-config:csc-[a-z0-9]{17}|event-source-mapping:[a-z0-9-]{36})"
)
TAG = Structure({"Tags": TAGS}, required=["Tags"])

_NOT_EMULATED = (
    "CapacityProviderConfig",
    "CodeSigningConfigArn",
    "DurableConfig",
    "FileSystemConfigs",
    "Layers",
    "TenancyConfig",
)
_ENTRY_POINTS = (["/lambda-entrypoint.sh"], ["python", "-m", "awslambdaric"])


def check_settings(request: Mapping[str, Any]) -> None:
    """Raise `AwsError` for settings that AWS refuses, and for those that are not emulated."""
    for member in _NOT_EMULATED:
        if request.get(member):
            raise not_emulated(f"{member} of a function")
    if (request.get("SnapStart") or {}).get("ApplyOn", "None") != "None":
        raise not_emulated("SnapStart of a function")
    if runtime := request.get("Runtime"):
        _check_runtime(runtime)
    _check_image(request.get("ImageConfig") or {})
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


def _check_image(image: Mapping[str, Any]) -> None:
    """Without containers the runtime client is the only entry point there is."""
    entry_point = image.get("EntryPoint")
    if entry_point and entry_point not in _ENTRY_POINTS:
        raise not_emulated(f"the entry point {' '.join(entry_point)} without containers")
    if image.get("WorkingDirectory") not in (None, "", "/var/task"):
        raise not_emulated("a WorkingDirectory other than /var/task without containers")


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
    code = request["Code"]
    image = request.get("PackageType", "Zip") == "Image"
    if image != ("ImageUri" in code):
        raise invalid(
            "Please provide ImageUri when PackageType is Image"
            if image
            else "Please provide a source for function code."
            if not code
            else "Please don't provide ImageUri when updating a function with packageType Zip."
        )
    if image and (request.get("Runtime") or request.get("Handler")):
        raise invalid(
            "Please don't provide Handler or Runtime or Layer when the intended function "
            "PackageType is Image."
        )
    if not image and not (request.get("Runtime") and request.get("Handler")):
        raise invalid(
            "Runtime and Handler are mandatory parameters for functions created with deployment "
            "packages."
        )
