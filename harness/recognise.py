"""Which AWS service and operation a request is meant for (pure).

In this order: our own paths, the host name (`{api}.execute-api.…`, `{bucket}.s3.…`), the SigV4
credential scope in the header or a presigned query, the shape of the path. What remains is S3,
whose anonymous requests carry no sign of the service at all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl

from harness.call import Headers
from harness.lambda_operations import lambda_operation
from harness.s3_operations import s3_operation

API_ID_HEADER = "x-harness-api-id"

_SCOPE = re.compile(r"Credential=[^/]+/\d{8}/([^/]+)/([^/]+)/aws4_request")
_QUERY_SCOPE = re.compile(r"^[^/]+/\d{8}/([^/]+)/([^/]+)/aws4_request$")
_API_HOST = re.compile(r"^([a-z0-9]+)\.execute-api\.")
_BUCKET_HOST = re.compile(r"^(?!s3\.)(.+?)\.(?:s3[.-].+|s3|localhost)$")
_BEDROCK_PATH = re.compile(r"^/model/[^/]+/(invoke|converse)(-with-response-stream|-stream)?$")
_RPC_PATH = re.compile(r"^/service/[^/]+/operation/(\w+)$")  # Smithy RPC v2: CloudWatch
_LAMBDA_PATH = re.compile(r"^/20\d\d-\d\d-\d\d/(functions|event-source-mappings)(/|$)")

_BEDROCK_OPERATIONS = {
    ("invoke", ""): "InvokeModel",
    ("invoke", "-with-response-stream"): "InvokeModelWithResponseStream",
    ("converse", ""): "Converse",
    ("converse", "-stream"): "ConverseStream",
}


_XRAY_OPERATIONS = {
    "/TraceSegments": "PutTraceSegments",
    "/Traces": "BatchGetTraces",
    "/TraceSummaries": "GetTraceSummaries",
}


@dataclass(frozen=True, slots=True)
class Target:
    """service: signing name; path: the path with a virtual host's bucket put in front."""

    service: str
    operation: str
    region: str
    path: str
    api_id: str = ""


def recognise(method: str, path: str, query: str, headers: Headers, region: str) -> Target:
    """Return what the request is meant for; `region` is assumed where none is named."""
    named = dict(reversed(headers))
    host = named.get("host", "").rpartition(":")[0] or named.get("host", "")
    if path.startswith("/_harness/"):
        return Target("harness", "", region, path)
    if api := _API_HOST.match(host):
        return Target("execute-api", "", region, path, api.group(1))
    region, service = _scope(named.get("authorization", ""), query) or (region, "")
    if _BEDROCK_PATH.match(path) and service in ("", "bedrock"):
        return Target("bedrock", _bedrock_operation(path), region, path)
    if not service and _LAMBDA_PATH.match(path):
        service = "lambda"
    if service in ("", "s3") and not named.get("x-amz-target"):
        path = _path_style(host, path)
        return Target("s3", s3_operation(method, path, query, named), region, path)
    operation = _operation(service, method, path, query, named)
    return Target(service, operation, region, path)


def _scope(authorization: str, query: str) -> tuple[str, str] | None:
    match = _SCOPE.search(authorization)
    if not match and "X-Amz-Credential=" in query:
        match = _QUERY_SCOPE.match(dict(parse_qsl(query)).get("X-Amz-Credential", ""))
    return (match.group(1), match.group(2)) if match else None


def _operation(service: str, method: str, path: str, query: str, headers: dict[str, str]) -> str:
    if service == "lambda":
        return lambda_operation(method, path, query)
    if service == "xray":
        return _XRAY_OPERATIONS.get(path, path.strip("/"))
    if rpc := _RPC_PATH.match(path):
        return rpc.group(1)
    return headers.get("x-amz-target", "").rpartition(".")[2]


def _bedrock_operation(path: str) -> str:
    match = _BEDROCK_PATH.match(path)
    assert match is not None
    return _BEDROCK_OPERATIONS[(match.group(1), match.group(2) or "")]


def _path_style(host: str, path: str) -> str:
    virtual = _BUCKET_HOST.match(host)
    return f"/{virtual.group(1)}{path}" if virtual else path
