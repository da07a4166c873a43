"""The shapes of the requests (aws-behaviour §1.6, §1.8): each member alone; pure.

The limits are those of AWS's quota page. What holds between members is in `rules.py`.
"""

from __future__ import annotations

from collections.abc import Mapping

from harness.services.lambda_.configuration.shapes import (
    ListOf,
    MapOf,
    Number,
    Shape,
    Structure,
    Text,
    Truth,
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
