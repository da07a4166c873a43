"""Metrics that nobody publishes as they change: what lies in a bucket or waits in a queue.

They are measured in the control plane when somebody reads them or an alarm is evaluated. AWS
publishes the bucket's once a day at midnight UTC; here today's point is what is there now.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from urllib.parse import quote
from xml.etree import ElementTree as ET

from harness.aws import ACCOUNT, json_answer, json_call, rest_call
from harness.call import Handler
from harness.clock import Clock
from harness.errors import AwsError
from harness.services.cloudwatch.store import Metric, MetricStore

S3, SQS = "AWS/S3", "AWS/SQS"
_DAY = 86400
_XML = "{http://s3.amazonaws.com/doc/2006-03-01/}"
_STORAGE_TYPES = {
    "STANDARD": "StandardStorage",
    "STANDARD_IA": "StandardIAStorage",
    "ONEZONE_IA": "OneZoneIAStorage",
    "REDUCED_REDUNDANCY": "ReducedRedundancyStorage",
    "GLACIER": "GlacierStorage",
    "GLACIER_IR": "GlacierInstantRetrievalStorage",
    "DEEP_ARCHIVE": "DeepArchiveStorage",
    "INTELLIGENT_TIERING": "IntelligentTieringFAStorage",
}
_QUEUE_LEVELS = {
    "ApproximateNumberOfMessages": "ApproximateNumberOfMessagesVisible",
    "ApproximateNumberOfMessagesNotVisible": "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed": "ApproximateNumberOfMessagesDelayed",
}


class Levels:
    def __init__(
        self, control_plane: Handler, region: str, store: MetricStore, clock: Clock
    ) -> None:
        self._control_plane = control_plane
        self._region = region
        self._store = store
        self._clock = clock

    async def refresh(self, metrics: Iterable[Metric]) -> None:
        """Measure what the metrics stand for, as far as it is measured and exists."""
        found = {owner for metric in metrics if (owner := _owner(metric))}
        for namespace, name in sorted(found):
            await (self._measure_bucket if namespace == S3 else self._measure_queue)(name)

    async def refresh_all(self, namespace: str) -> None:
        """Measure everything that has metrics in a namespace, so that it can be listed."""
        if namespace == S3:
            names = (await self._xml("/", "")).iter(f"{_XML}Name")
            for bucket in [name.text or "" for name in names]:
                await self._measure_bucket(bucket)
        if namespace == SQS:
            call = json_call("sqs", self._region, "AmazonSQS.ListQueues", {})
            for url in (await json_answer(self._control_plane, call)).get("QueueUrls", []):
                await self._measure_queue(url.rpartition("/")[2])

    async def _measure_bucket(self, bucket: str) -> None:
        sizes: dict[str, float] = defaultdict(float)
        sizes["StandardStorage"] = 0
        number = 0.0
        try:
            async for size, storage_class in self._versions(bucket):
                sizes[_STORAGE_TYPES.get(storage_class, "StandardStorage")] += size
                number += 1
        except AwsError:
            return  # there is no such bucket, so it has no metrics either
        today = self._clock.now() // _DAY * _DAY
        for kind, total in sizes.items():
            dimensions = (("BucketName", bucket), ("StorageType", kind))
            self._store.set(Metric(S3, "BucketSizeBytes", dimensions), total, "Bytes", today)
        dimensions = (("BucketName", bucket), ("StorageType", "AllStorageTypes"))
        self._store.set(Metric(S3, "NumberOfObjects", dimensions), number, "Count", today)

    async def _versions(self, bucket: str) -> AsyncIterator[tuple[int, str]]:
        """Yield size and storage class of every version of every object."""
        marker = ""
        while True:
            page = await self._xml(f"/{quote(bucket)}", f"versions&max-keys=1000{marker}")
            for version in page.findall(f"{_XML}Version"):
                size = int(version.findtext(f"{_XML}Size") or 0)
                yield size, version.findtext(f"{_XML}StorageClass") or "STANDARD"
            if page.findtext(f"{_XML}IsTruncated") != "true":
                return
            key = quote(page.findtext(f"{_XML}NextKeyMarker") or "", safe="")
            identifier = quote(page.findtext(f"{_XML}NextVersionIdMarker") or "", safe="")
            marker = f"&key-marker={key}&version-id-marker={identifier}"

    async def _xml(self, path: str, query: str) -> ET.Element:
        call = rest_call("s3", self._region, "", "GET", path, query=query)
        reply = await self._control_plane(call)
        body = await reply.read()
        if reply.status >= 300:
            raise AwsError("NoSuchBucket", path, reply.status)
        return ET.fromstring(body)  # noqa: S314 - the control plane's own answer

    async def _measure_queue(self, queue: str) -> None:
        url = f"http://sqs.{self._region}.amazonaws.com/{ACCOUNT}/{queue}"
        members = {"QueueUrl": url, "AttributeNames": list(_QUEUE_LEVELS)}
        call = json_call("sqs", self._region, "AmazonSQS.GetQueueAttributes", members)
        try:
            attributes = (await json_answer(self._control_plane, call))["Attributes"]
        except AwsError:
            return  # there is no such queue, so it has no metrics either
        for attribute, name in _QUEUE_LEVELS.items():
            metric = Metric(SQS, name, (("QueueName", queue),))
            level = float(attributes[attribute])
            self._store.set(metric, level, "Count", self._clock.now())


def _owner(metric: Metric) -> tuple[str, str] | None:
    """Return (namespace, bucket or queue) of a metric that is measured here (pure)."""
    named = dict(metric.dimensions)
    if metric.namespace == S3 and "StorageType" in named and "BucketName" in named:
        return S3, named["BucketName"]
    if metric.namespace == SQS and metric.name in _QUEUE_LEVELS.values() and "QueueName" in named:
        return SQS, named["QueueName"]
    return None
