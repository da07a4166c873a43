from __future__ import annotations

import json
from typing import Any

import pytest

from processor.errors import UnknownEventError
from processor.events import ObjectRef, Removed, objects

DELETE_MARKER = "ObjectRemoved:DeleteMarkerCreated"


def created(event: dict[str, Any]) -> list[ObjectRef]:
    return [ref for ref in objects(event) if isinstance(ref, ObjectRef)]


def record(key: str = "uploads/a.pdf", **entry: Any) -> dict[str, Any]:
    return {
        "eventSource": "aws:s3",
        "eventName": "ObjectCreated:Put",
        "s3": {
            "bucket": {"name": "documents"},
            "object": {"key": key, "size": 3, "versionId": "v1", "sequencer": "0A", **entry},
        },
    }


def test_record_is_understood() -> None:
    (ref,) = objects({"Records": [record()]})
    assert ref == ObjectRef("documents", "uploads/a.pdf", 3, "v1", "A".rjust(40, "0"))


@pytest.mark.parametrize(
    "encoded",
    ["uploads/%E5%93%A1%E5%B7%A5+%281%29%2Bv2.pdf", "uploads%2F%E5%93%A1%E5%B7%A5%20(1)%2Bv2.pdf"],
)
def test_key_is_decoded_once(encoded: str) -> None:
    (ref,) = created({"Records": [record(encoded)]})
    assert ref.key == "uploads/員工 (1)+v2.pdf"


def test_every_record_counts() -> None:
    assert len(list(objects({"Records": [record(), record(), record()]}))) == 3


def test_event_in_a_queue_message_is_unwrapped() -> None:
    body = json.dumps({"Records": [record()]})
    message = {"eventSource": "aws:sqs", "body": body}
    assert len(list(objects({"Records": [message, message]}))) == 2


def test_test_event_announces_nothing() -> None:
    event = {"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "documents"}
    assert list(objects(event)) == []
    message = {"eventSource": "aws:sqs", "body": json.dumps(event)}
    assert list(objects({"Records": [message]})) == []


def test_delete_marker_removes_the_object() -> None:
    (removed,) = objects({"Records": [record() | {"eventName": DELETE_MARKER}]})
    assert removed == Removed(
        ObjectRef("documents", "uploads/a.pdf", 3, "v1", "A".rjust(40, "0")), one_version=False
    )


def test_deletion_is_of_one_version_where_there_are_versions() -> None:
    deleted = record() | {"eventName": "ObjectRemoved:Delete"}
    (removed,) = objects({"Records": [deleted]})
    assert isinstance(removed, Removed)
    assert removed.one_version
    del deleted["s3"]["object"]["versionId"]
    (removed,) = objects({"Records": [deleted]})
    assert isinstance(removed, Removed)
    assert not removed.one_version


@pytest.mark.parametrize("name", ["ObjectTagging:Put", "ObjectRestore:Completed", "ObjectAcl:Put"])
def test_other_events_of_objects_are_ignored(name: str) -> None:
    assert list(objects({"Records": [record() | {"eventName": name}]})) == []


def test_bucket_without_versions_has_no_version() -> None:
    plain = record()
    del plain["s3"]["object"]["versionId"], plain["s3"]["object"]["sequencer"]
    (ref,) = created({"Records": [plain]})
    assert (ref.version_id, ref.sequencer) == (None, None)


def test_sequencers_of_different_length_keep_their_order() -> None:
    short, long = created({"Records": [record(sequencer="ff"), record(sequencer="0100")]})
    assert short.sequencer is not None
    assert long.sequencer is not None
    assert short.sequencer < long.sequencer


@pytest.mark.parametrize(
    "event", [{}, {"Records": "no list"}, {"Records": [{"eventSource": "aws:sns"}]}]
)
def test_other_events_are_refused(event: dict[str, Any]) -> None:
    with pytest.raises(UnknownEventError, match="S3 notification"):
        list(objects(event))
