from __future__ import annotations

from dataclasses import replace

import orjson
import pytest

from harness.services.s3_events.bus_event import entry
from harness.services.s3_events.events import FIRED
from tests.harness.services.s3_events.examples import ACCOUNT, REQUEST, change


def test_an_object_created_is_told_in_the_words_of_eventbridge():
    found = entry(change())
    detail = orjson.loads(found.pop("Detail"))
    assert found == {
        "Source": "aws.s3",
        "DetailType": "Object Created",
        "Resources": ["arn:aws:s3:::b"],
        "Time": 1795397820.123,
    }
    assert detail == {
        "version": "0",
        "bucket": {"name": "b"},
        "object": {
            "key": "uploads/3f_員工 (1).pdf",
            "size": 1305107,
            "etag": "b21b84d653bb07b05b1e6b33684dc11b",
            "version-id": "096fKKXTRTtl3on89fVO.nfljtsv6qko",
            "sequencer": "0C0F6F405D6ED209E1",
        },
        "request-id": "D82B88E5F771F645",
        "requester": ACCOUNT,
        "source-ip-address": "203.0.113.7",
        "reason": "PutObject",
    }


@pytest.mark.parametrize(
    ("event_name", "detail_type", "told"),
    [
        ("ObjectCreated:Post", "Object Created", {"reason": "POST Object"}),
        ("ObjectCreated:Copy", "Object Created", {"reason": "CopyObject"}),
        (
            "ObjectCreated:CompleteMultipartUpload",
            "Object Created",
            {"reason": "CompleteMultipartUpload"},
        ),
        (
            "ObjectRemoved:Delete",
            "Object Deleted",
            {"reason": "DeleteObject", "deletion-type": "Permanently Deleted"},
        ),
        (
            "ObjectRemoved:DeleteMarkerCreated",
            "Object Deleted",
            {"reason": "DeleteObject", "deletion-type": "Delete Marker Created"},
        ),
        ("ObjectTagging:Put", "Object Tags Added", {}),
        ("ObjectTagging:Delete", "Object Tags Deleted", {}),
        ("ObjectAcl:Put", "Object ACL Updated", {}),
    ],
)
def test_every_kind_of_event_has_its_type_and_reason(event_name, detail_type, told):
    found = entry(change(event_name=event_name))
    detail = orjson.loads(found["Detail"])
    assert found["DetailType"] == detail_type
    assert {name: detail[name] for name in ("reason", "deletion-type") if name in detail} == told


@pytest.mark.parametrize("event_name", FIRED)
def test_whatever_is_fired_can_be_told(event_name):
    assert entry(change(event_name=event_name))["DetailType"].startswith("Object ")


def test_what_an_event_does_not_have_is_left_out():
    found = entry(change(size=None, etag="", version_id="", sequencer=""))
    assert list(orjson.loads(found["Detail"])["object"]) == ["key"]


def test_a_trace_is_passed_on():
    traced = replace(REQUEST, trace="Root=1-2")
    assert entry(change(request=traced))["TraceHeader"] == "Root=1-2"
