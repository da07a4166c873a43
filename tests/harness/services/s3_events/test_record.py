from __future__ import annotations

from urllib.parse import unquote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.services.s3_events.change import Sequencers
from harness.services.s3_events.record import announcement, event
from tests.harness.services.s3_events.examples import change


def record(plain: str = "/", **changes):
    (found,) = event(change(**changes), "rule", plain)["Records"]
    return found


def test_the_record_has_the_members_of_aws_in_their_order():
    found = record()
    assert list(found) == [
        "eventVersion",
        "eventSource",
        "awsRegion",
        "eventTime",
        "eventName",
        "userIdentity",
        "requestParameters",
        "responseElements",
        "s3",
    ]
    principal = found["userIdentity"]["principalId"].removeprefix("AWS:")
    assert found == {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": "ap-northeast-1",
        "eventTime": "2026-11-23T01:37:00.123Z",
        "eventName": "ObjectCreated:Put",
        "userIdentity": {"principalId": f"AWS:{principal}"},
        "requestParameters": {"sourceIPAddress": "203.0.113.7"},
        "responseElements": {
            "x-amz-request-id": "D82B88E5F771F645",
            "x-amz-id-2": "vlR7PnpV2Ce81l0P",
        },
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": "rule",
            "bucket": {
                "name": "b",
                "ownerIdentity": {"principalId": principal},
                "arn": "arn:aws:s3:::b",
            },
            "object": {
                "key": "uploads/3f_%E5%93%A1%E5%B7%A5+%281%29.pdf",
                "size": 1305107,
                "eTag": "b21b84d653bb07b05b1e6b33684dc11b",
                "versionId": "096fKKXTRTtl3on89fVO.nfljtsv6qko",
                "sequencer": "0C0F6F405D6ED209E1",
            },
        },
    }


@pytest.mark.parametrize(
    ("left_out", "members"),
    [
        ({"version_id": ""}, ["key", "size", "eTag", "sequencer"]),
        ({"size": None, "etag": ""}, ["key", "versionId", "sequencer"]),
        ({"size": None, "sequencer": ""}, ["key", "eTag", "versionId"]),
    ],
)
def test_what_an_event_does_not_have_is_left_out(left_out, members):
    assert list(record(**left_out)["s3"]["object"]) == members


def test_an_empty_object_has_a_size():
    assert record(size=0)["s3"]["object"]["size"] == 0


@pytest.mark.parametrize(
    ("event_name", "version"),
    [
        ("ObjectCreated:Copy", "2.1"),
        ("ObjectRemoved:DeleteMarkerCreated", "2.1"),
        ("ObjectTagging:Put", "2.3"),
        ("ObjectTagging:Delete", "2.3"),
        ("ObjectAcl:Put", "2.3"),
    ],
)
def test_the_version_depends_on_the_event(event_name, version):
    assert record(event_name=event_name)["eventVersion"] == version


@pytest.mark.parametrize(
    ("key", "carried"),
    [
        ("testupload/dir1/testfile.txt", "testupload/dir1/testfile.txt"),
        ("a@b", "a%40b"),
        ("a b+c", "a+b%2Bc"),
        ("(:;)", "%28%3A%3B%29"),
        ("%41", "%2541"),
        ("員", "%E5%93%A1"),
        ("Az09-_.", "Az09-_."),
    ],
)
def test_keys_are_form_encoded_with_their_slashes(key, carried):
    assert record(key=key)["s3"]["object"]["key"] == carried


def test_hostile_keys_have_their_slashes_encoded_too():
    assert record(plain="", key="a/b c")["s3"]["object"]["key"] == "a%2Fb+c"


@given(st.text(), st.sampled_from(["", "/"]))
def test_a_handler_decodes_the_key_it_was_written_with(key, plain):
    carried = record(plain, key=key)["s3"]["object"]["key"]
    assert unquote_plus(carried) == key
    assert carried.isascii()
    assert carried.count("/") == (key.count("/") if plain else 0)


def test_the_test_event_has_no_records():
    assert announcement("b", 1795397820.123, "D82B88E5F771F645", "vlR7") == {
        "Service": "Amazon S3",
        "Event": "s3:TestEvent",
        "Time": "2026-11-23T01:37:00.123Z",
        "Bucket": "b",
        "RequestId": "D82B88E5F771F645",
        "HostId": "vlR7",
    }


def test_sequencers_grow_by_either_way_to_compare_them():
    sequencers = Sequencers(0xFFFFFFFFFF)
    made = [sequencers.next() for _ in range(3)]
    assert made == sorted(set(made))
    assert {len(sequencer) for sequencer in made} == {18}
    assert made[1] == "000000010000000000"
