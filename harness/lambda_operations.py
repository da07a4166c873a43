"""The operations of the Lambda API by method and path (Lambda API reference); pure.

Not listed: durable executions, capacity providers and what else the control plane does not know;
they are recognised as Lambda's, without a name.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl

_BY_PATH: Mapping[str, Mapping[str, str]] = {
    "/2014-11-13/functions/*/invoke-async": {"POST": "InvokeAsync"},
    "/2015-03-31/event-source-mappings": {
        "GET": "ListEventSourceMappings",
        "POST": "CreateEventSourceMapping",
    },
    "/2015-03-31/event-source-mappings/*": {
        "DELETE": "DeleteEventSourceMapping",
        "GET": "GetEventSourceMapping",
        "PUT": "UpdateEventSourceMapping",
    },
    "/2015-03-31/functions": {
        "GET": "ListFunctions",
        "POST": "CreateFunction",
    },
    "/2015-03-31/functions/*": {
        "DELETE": "DeleteFunction",
        "GET": "GetFunction",
    },
    "/2015-03-31/functions/*/aliases": {
        "GET": "ListAliases",
        "POST": "CreateAlias",
    },
    "/2015-03-31/functions/*/aliases/*": {
        "DELETE": "DeleteAlias",
        "GET": "GetAlias",
        "PUT": "UpdateAlias",
    },
    "/2015-03-31/functions/*/code": {"PUT": "UpdateFunctionCode"},
    "/2015-03-31/functions/*/configuration": {
        "GET": "GetFunctionConfiguration",
        "PUT": "UpdateFunctionConfiguration",
    },
    "/2015-03-31/functions/*/invocations": {"POST": "Invoke"},
    "/2015-03-31/functions/*/policy": {
        "GET": "GetPolicy",
        "POST": "AddPermission",
    },
    "/2015-03-31/functions/*/policy/*": {"DELETE": "RemovePermission"},
    "/2015-03-31/functions/*/versions": {
        "GET": "ListVersionsByFunction",
        "POST": "PublishVersion",
    },
    "/2016-08-19/account-settings": {"GET": "GetAccountSettings"},
    "/2017-03-31/tags/*": {
        "DELETE": "UntagResource",
        "GET": "ListTags",
        "POST": "TagResource",
    },
    "/2017-10-31/functions/*/concurrency": {
        "DELETE": "DeleteFunctionConcurrency",
        "PUT": "PutFunctionConcurrency",
    },
    "/2018-10-31/layers": {"GET": "ListLayers"},
    "/2018-10-31/layers/*/versions": {
        "GET": "ListLayerVersions",
        "POST": "PublishLayerVersion",
    },
    "/2018-10-31/layers/*/versions/*": {
        "DELETE": "DeleteLayerVersion",
        "GET": "GetLayerVersion",
    },
    "/2018-10-31/layers/*/versions/*/policy": {
        "GET": "GetLayerVersionPolicy",
        "POST": "AddLayerVersionPermission",
    },
    "/2018-10-31/layers/*/versions/*/policy/*": {"DELETE": "RemoveLayerVersionPermission"},
    "/2019-09-25/functions/*/event-invoke-config": {
        "DELETE": "DeleteFunctionEventInvokeConfig",
        "GET": "GetFunctionEventInvokeConfig",
        "POST": "UpdateFunctionEventInvokeConfig",
        "PUT": "PutFunctionEventInvokeConfig",
    },
    "/2019-09-25/functions/*/event-invoke-config/list": {"GET": "ListFunctionEventInvokeConfigs"},
    "/2019-09-30/functions/*/concurrency": {"GET": "GetFunctionConcurrency"},
    "/2019-09-30/functions/*/provisioned-concurrency": {
        "DELETE": "DeleteProvisionedConcurrencyConfig",
        "GET": "GetProvisionedConcurrencyConfig",
        "PUT": "PutProvisionedConcurrencyConfig",
    },
    "/2020-04-22/code-signing-configs": {
        "GET": "ListCodeSigningConfigs",
        "POST": "CreateCodeSigningConfig",
    },
    "/2020-04-22/code-signing-configs/*": {
        "DELETE": "DeleteCodeSigningConfig",
        "GET": "GetCodeSigningConfig",
        "PUT": "UpdateCodeSigningConfig",
    },
    "/2020-04-22/code-signing-configs/*/functions": {"GET": "ListFunctionsByCodeSigningConfig"},
    "/2020-06-30/functions/*/code-signing-config": {
        "DELETE": "DeleteFunctionCodeSigningConfig",
        "GET": "GetFunctionCodeSigningConfig",
        "PUT": "PutFunctionCodeSigningConfig",
    },
    "/2021-07-20/functions/*/runtime-management-config": {
        "GET": "GetRuntimeManagementConfig",
        "PUT": "PutRuntimeManagementConfig",
    },
    "/2021-10-31/functions/*/url": {
        "DELETE": "DeleteFunctionUrlConfig",
        "GET": "GetFunctionUrlConfig",
        "POST": "CreateFunctionUrlConfig",
        "PUT": "UpdateFunctionUrlConfig",
    },
    "/2021-10-31/functions/*/urls": {"GET": "ListFunctionUrlConfigs"},
    "/2021-11-15/functions/*/response-streaming-invocations": {"POST": "InvokeWithResponseStream"},
    "/2024-08-31/functions/*/recursion-config": {
        "GET": "GetFunctionRecursionConfig",
        "PUT": "PutFunctionRecursionConfig",
    },
}

# The same path, told apart by a query parameter.
_BY_QUERY = {
    ("ListLayers", "find", "LayerVersion"): "GetLayerVersionByArn",
    ("GetProvisionedConcurrencyConfig", "List", "ALL"): "ListProvisionedConcurrencyConfigs",
}


def _shapes() -> dict[tuple[str, int], list[tuple[list[str], Mapping[str, str]]]]:
    """Return the table by first segment and number of segments: few candidates for each path."""
    found: dict[tuple[str, int], list[tuple[list[str], Mapping[str, str]]]] = {}
    for path, operations in _BY_PATH.items():
        segments = path.strip("/").split("/")
        found.setdefault((segments[0], len(segments)), []).append((segments, operations))
    return found


_SHAPES = _shapes()


def lambda_operation(method: str, path: str, query: str) -> str:
    """Return the operation's name; "" when the path is none of Lambda's."""
    segments = path.strip("/").split("/")
    for pattern, operations in _SHAPES.get((segments[0], len(segments)), ()):
        if all(want in ("*", got) for want, got in zip(pattern, segments, strict=True)):
            return _told_apart(operations.get(method, ""), query)
    return ""


def _told_apart(operation: str, query: str) -> str:
    if not query:
        return operation
    for parameter in parse_qsl(query):
        operation = _BY_QUERY.get((operation, *parameter), operation)
    return operation
