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

API_ID_HEADER = "x-harness-api-id"

_SCOPE = re.compile(r"Credential=[^/]+/\d{8}/([^/]+)/([^/]+)/aws4_request")
_QUERY_SCOPE = re.compile(r"^[^/]+/\d{8}/([^/]+)/([^/]+)/aws4_request$")
_API_HOST = re.compile(r"^([a-z0-9]+)\.execute-api\.")
_BUCKET_HOST = re.compile(r"^(?!s3\.)(.+?)\.(?:s3[.-].+|s3|localhost)$")
_BEDROCK_PATH = re.compile(r"^/model/[^/]+/(invoke|converse)(-with-response-stream|-stream)?$")
_LAMBDA_PATH = re.compile(r"^/20\d\d-\d\d-\d\d/(functions|event-source-mappings)(/|$)")

_LAMBDA_OPERATIONS = (
    ("POST", r"/2015-03-31/functions/[^/]+/invocations", "Invoke"),
    ("POST", r"/2014-11-13/functions/[^/]+/invoke-async/?", "InvokeAsync"),
    (
        "POST",
        r"/2021-11-15/functions/[^/]+/response-streaming-invocations",
        "InvokeWithResponseStream",
    ),
    ("GET", r"/2015-03-31/functions/?", "ListFunctions"),
    ("POST", r"/2015-03-31/functions/?", "CreateFunction"),
    ("GET", r"/2015-03-31/functions/[^/]+", "GetFunction"),
    ("DELETE", r"/2015-03-31/functions/[^/]+", "DeleteFunction"),
    ("PUT", r"/2015-03-31/functions/[^/]+/code", "UpdateFunctionCode"),
    ("GET", r"/2015-03-31/functions/[^/]+/configuration", "GetFunctionConfiguration"),
    ("PUT", r"/2015-03-31/functions/[^/]+/configuration", "UpdateFunctionConfiguration"),
    ("PUT", r"/2017-10-31/functions/[^/]+/concurrency", "PutFunctionConcurrency"),
    ("DELETE", r"/2017-10-31/functions/[^/]+/concurrency", "DeleteFunctionConcurrency"),
    ("POST", r"/2015-03-31/event-source-mappings/?", "CreateEventSourceMapping"),
)
_LAMBDA_TABLE = [
    (method, re.compile(f"^{path}$"), name) for method, path, name in _LAMBDA_OPERATIONS
]

_BEDROCK_OPERATIONS = {
    ("invoke", ""): "InvokeModel",
    ("invoke", "-with-response-stream"): "InvokeModelWithResponseStream",
    ("converse", ""): "Converse",
    ("converse", "-stream"): "ConverseStream",
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
    return Target(service, _operation(service, method, path, named), region, path)


def _scope(authorization: str, query: str) -> tuple[str, str] | None:
    match = _SCOPE.search(authorization)
    if not match and "X-Amz-Credential=" in query:
        match = _QUERY_SCOPE.match(dict(parse_qsl(query)).get("X-Amz-Credential", ""))
    return (match.group(1), match.group(2)) if match else None


def _operation(service: str, method: str, path: str, headers: dict[str, str]) -> str:
    if service == "lambda":
        return next((n for m, p, n in _LAMBDA_TABLE if m == method and p.match(path)), "")
    return headers.get("x-amz-target", "").rpartition(".")[2]


def _bedrock_operation(path: str) -> str:
    match = _BEDROCK_PATH.match(path)
    assert match is not None
    return _BEDROCK_OPERATIONS[(match.group(1), match.group(2) or "")]


def _path_style(host: str, path: str) -> str:
    virtual = _BUCKET_HOST.match(host)
    return f"/{virtual.group(1)}{path}" if virtual else path


def s3_operation(method: str, path: str, query: str, headers: dict[str, str]) -> str:
    """Return the S3 operation's name where this project cares for it, else "".

    `path` is path-style; every sub-resource (`?acl`, `?tagging`, …) is somebody else's business.
    """
    bucket, _, key = path.lstrip("/").partition("/")
    if not bucket:
        return ""
    parameters = dict(parse_qsl(query, keep_blank_values=True))
    if not key:
        return _bucket_operation(method, parameters, headers)
    return _object_operation(method, parameters, headers)


def _bucket_operation(method: str, parameters: dict[str, str], headers: dict[str, str]) -> str:
    if "notification" in parameters:
        name = "BucketNotificationConfiguration"
        return {"PUT": f"Put{name}", "GET": f"Get{name}"}.get(method, "")
    if method == "POST" and headers.get("content-type", "").startswith("multipart/form-data"):
        return "PostObject"
    # Some SDKs name the operation in the query; every other parameter is a sub-resource.
    return "DeleteBucket" if method == "DELETE" and parameters.keys() <= {"x-id"} else ""


_NOT_AN_OBJECT_WRITE = frozenset(
    {"acl", "tagging", "retention", "legal-hold", "torrent", "annotation", "partNumber", "uploads"}
)


def _object_operation(method: str, parameters: dict[str, str], headers: dict[str, str]) -> str:
    if _NOT_AN_OBJECT_WRITE & parameters.keys():
        return ""
    if method == "POST" and "uploadId" in parameters:
        return "CompleteMultipartUpload"
    if method == "PUT" and "uploadId" not in parameters:
        return "CopyObject" if "x-amz-copy-source" in headers else "PutObject"
    return ""
