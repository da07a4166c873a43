"""S3's request metrics: which buckets have them, and the requests they count (aws-behaviour §9.2).

The metrics configurations of buckets are kept here: the control plane does not know the operation
and would take its PUT for a CreateBucket.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from urllib.parse import quote, unquote
from xml.etree import ElementTree as ET

from harness.aws import rest_call
from harness.call import Call, Handler, Reply, request_id
from harness.errors import AwsError
from harness.journal import Event
from harness.services.cloudwatch.refusal import not_emulated
from harness.services.cloudwatch.store import Metric, MetricStore

NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
_MALFORMED = (
    "The XML you provided was not well-formed or did not validate against our published schema"
)
_KINDS = {
    "Get": "GetRequests",
    "Put": "PutRequests",
    "Copy": "PutRequests",
    "Upload": "PutRequests",
    "Delete": "DeleteRequests",
    "Head": "HeadRequests",
    "Post": "PostRequests",
    "Create": "PostRequests",
    "Complete": "PostRequests",
    "List": "ListRequests",
    "Abort": "DeleteRequests",
}
_POSTED = ("DeleteObjects", "CreateMultipartUpload", "CompleteMultipartUpload", "PostObject")


@dataclass(frozen=True, slots=True)
class Configuration:
    """id: the FilterId of the metrics; prefix: of the keys that count, "" for the whole bucket."""

    id: str
    prefix: str


def parse(document: bytes, identifier: str) -> Configuration:
    """Return the configuration in a request; raises `AwsError` for what is not one."""
    try:
        root = ET.fromstring(document)  # noqa: S314 - read like S3's other configurations
    except (ET.ParseError, LookupError):
        raise AwsError("MalformedXML", _MALFORMED) from None
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    if root.tag != "MetricsConfiguration" or (root.findtext("Id") or "") != identifier:
        raise AwsError("MalformedXML", _MALFORMED)
    filters = [] if root.find("Filter") is None else list(root.iterfind("Filter/*"))
    other = [element.tag for element in filters if element.tag != "Prefix"]
    if other:
        raise not_emulated(f"{other[0]} in the filter of a metrics configuration")
    return Configuration(identifier, (filters[0].text or "") if filters else "")


def render(configuration: Configuration) -> str:
    """Return a configuration's XML without its declaration."""
    root = ET.Element("MetricsConfiguration")
    ET.SubElement(root, "Id").text = configuration.id
    if configuration.prefix:
        ET.SubElement(ET.SubElement(root, "Filter"), "Prefix").text = configuration.prefix
    return ET.tostring(root, encoding="unicode")


def request_data(event: Event) -> Iterator[tuple[str, float, str]]:
    """Yield (metric, value, unit) of an S3 request in the journal (pure).

    The time to the first byte is that of the whole answer's head; the body is not timed.
    """
    detail, status = event.detail, event.detail["status"]
    operation: str = detail["operation"]
    yield "AllRequests", 1, "Count"
    kind = "Post" if operation in _POSTED else operation
    for beginning, name in _KINDS.items():
        if kind.startswith(beginning):
            yield name, 1, "Count"
            break
    yield "4xxErrors", float(400 <= status < 500), "Count"
    yield "5xxErrors", float(status >= 500), "Count"
    yield "FirstByteLatency", detail["milliseconds"], "Milliseconds"
    yield "TotalRequestLatency", detail["milliseconds"], "Milliseconds"
    if detail.get("received"):
        yield "BytesUploaded", detail["received"], "Bytes"
    if detail.get("sent") and not operation.startswith("Head"):
        yield "BytesDownloaded", detail["sent"], "Bytes"


class BucketMetrics:
    """Owns the operations on metrics configurations; `observe` follows a journal."""

    name = "bucket_metrics"

    def __init__(self, control_plane: Handler, region: str, store: MetricStore) -> None:
        self._control_plane = control_plane
        self._region = region
        self._store = store
        self._configurations: dict[str, dict[str, Configuration]] = {}
        self._operations: dict[str, Callable[[Call], Awaitable[Reply]]] = {
            "PutBucketMetricsConfiguration": self._put,
            "GetBucketMetricsConfiguration": self._get,
            "ListBucketMetricsConfigurations": self._list,
            "DeleteBucketMetricsConfiguration": self._delete,
        }

    def claims(self, call: Call) -> bool:
        return call.service == "s3" and call.operation in self._operations

    async def handle(self, call: Call) -> Reply:
        bucket = unquote(call.path).strip("/")
        head = rest_call("s3", self._region, "HeadBucket", "HEAD", f"/{quote(bucket)}")
        if (await self._control_plane(head)).status == 404:
            message = "The specified bucket does not exist"
            raise AwsError("NoSuchBucket", message, 404, {"BucketName": bucket})
        return await self._operations[call.operation](call)

    def observe(self, event: Event) -> None:
        if not self._configurations or event.kind != "call.finished":
            return
        if event.detail["service"] != "s3" or not event.detail["operation"]:
            return
        bucket, _, key = unquote(event.detail["path"]).lstrip("/").partition("/")
        if event.detail["operation"] == "DeleteBucket" and event.detail["status"] == 204:
            self._configurations.pop(bucket, None)
        for configuration in self._configurations.get(bucket, {}).values():
            if key.startswith(configuration.prefix):
                self._count(bucket, configuration, event)

    def _count(self, bucket: str, configuration: Configuration, event: Event) -> None:
        dimensions = (("BucketName", bucket), ("FilterId", configuration.id))
        for name, value, unit in request_data(event):
            self._store.add(Metric("AWS/S3", name, dimensions), value, unit, event.time)

    async def _put(self, call: Call) -> Reply:
        bucket, identifier = _bucket_and_id(call)
        configuration = parse(await call.body.read(), identifier)
        self._configurations.setdefault(bucket, {})[identifier] = configuration
        return _reply(200)

    async def _get(self, call: Call) -> Reply:
        return _reply(200, render(self._required(call)))

    async def _list(self, call: Call) -> Reply:
        bucket = unquote(call.path).strip("/")
        found = sorted(self._configurations.get(bucket, {}).values(), key=lambda one: one.id)
        inner = "".join(render(one) for one in found)
        name = "ListMetricsConfigurationsResult"
        return _reply(200, f"<{name}><IsTruncated>false</IsTruncated>{inner}</{name}>")

    async def _delete(self, call: Call) -> Reply:
        bucket, identifier = _bucket_and_id(call)
        self._required(call)
        del self._configurations[bucket][identifier]
        if not self._configurations[bucket]:
            del self._configurations[bucket]
        return _reply(204)

    def _required(self, call: Call) -> Configuration:
        bucket, identifier = _bucket_and_id(call)
        found = self._configurations.get(bucket, {}).get(identifier)
        if found is None:
            message = "The specified configuration does not exist."
            raise AwsError("NoSuchConfiguration", message, 404)
        return found


def _bucket_and_id(call: Call) -> tuple[str, str]:
    identifier = call.parameters().get("id", "")
    if not 0 < len(identifier) <= 64:
        raise AwsError("InvalidArgument", "The configuration id must have 1 to 64 characters")
    return unquote(call.path).strip("/"), identifier


def _reply(status: int, inner: str = "") -> Reply:
    headers = [("x-amz-request-id", request_id())]
    if not inner:
        return Reply(status, headers)
    name, _, rest = inner.partition(">")
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n{name} xmlns="{NAMESPACE}">{rest}'
    return Reply(status, [("content-type", "application/xml"), *headers], body.encode())
