from __future__ import annotations

import pytest

from harness.errors import AwsError
from harness.journal import Event
from harness.services.cloudwatch.bucket_metrics import Configuration, parse, render, request_data


def document(inner):
    return f"<MetricsConfiguration><Id>all</Id>{inner}</MetricsConfiguration>".encode()


@pytest.mark.parametrize(
    ("inner", "prefix"),
    [("", ""), ("<Filter><Prefix>uploads/</Prefix></Filter>", "uploads/"), ("<Filter/>", "")],
)
def test_a_configuration_is_read_and_written(inner, prefix):
    found = parse(document(inner), "all")
    assert found == Configuration("all", prefix)
    assert parse(render(found).encode(), "all") == found


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "MalformedXML"),
        (b"<Other/>", "MalformedXML"),
        (document("").replace(b"all", b"other"), "MalformedXML"),
        (document("<Filter><Tag><Key>k</Key></Tag></Filter>"), "NotImplemented"),
    ],
)
def test_what_is_refused(body, code):
    with pytest.raises(AwsError) as refused:
        parse(body, "all")
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("operation", "status", "expected"),
    [
        ("PutObject", 200, {"PutRequests", "BytesUploaded"}),
        ("CopyObject", 200, {"PutRequests"}),
        ("UploadPart", 200, {"PutRequests", "BytesUploaded"}),
        ("GetObject", 200, {"GetRequests", "BytesDownloaded"}),
        ("HeadObject", 404, {"HeadRequests"}),
        ("DeleteObject", 204, {"DeleteRequests"}),
        ("DeleteObjects", 200, {"PostRequests", "BytesUploaded", "BytesDownloaded"}),
        ("ListObjectsV2", 500, {"ListRequests", "BytesDownloaded"}),
        ("CompleteMultipartUpload", 200, {"PostRequests", "BytesUploaded"}),
    ],
)
def test_what_a_request_counts_as(operation, status, expected):
    uploads = operation in ("PutObject", "UploadPart", "DeleteObjects", "CompleteMultipartUpload")
    downloads = operation.startswith(("Get", "List", "Head", "DeleteObjects"))
    detail = {
        "operation": operation,
        "status": status,
        "milliseconds": 1.5,
        "received": 10 * uploads,
        "sent": 20 * downloads,
    }
    found = {name: value for name, value, _ in request_data(Event(0.0, "call.finished", detail))}
    always = {
        "AllRequests": 1,
        "4xxErrors": int(status == 404),
        "5xxErrors": int(status == 500),
        "FirstByteLatency": 1.5,
        "TotalRequestLatency": 1.5,
    }
    assert {name: found[name] for name in always} == always
    assert set(found) - set(always) == expected
