from __future__ import annotations

from dataclasses import replace
from urllib.parse import unquote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.services.s3_events.record import ObjectWritten, Sequencers, encoded, event

WRITTEN = ObjectWritten(
    event_name="ObjectCreated:Put",
    bucket="b",
    key="uploads/3f_員工 (1).pdf",
    size=1305107,
    etag="b21b84d653bb07b05b1e6b33684dc11b",
    version_id="096fKKXTRTtl3on89fVO.nfljtsv6qko",
    sequencer="0C0F6F405D6ED209E1",
    time=1795397820.123,
    request_id="D82B88E5F771F645",
    host_id="vlR7PnpV2Ce81l0P",
    source_ip="203.0.113.7",
    region="ap-northeast-1",
)


def test_the_record_has_the_members_of_aws_in_their_order():
    (record,) = event(WRITTEN, "rule")["Records"]
    assert list(record) == [
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
    principal = record["userIdentity"]["principalId"].removeprefix("AWS:")
    assert record == {
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


def test_an_unversioned_object_has_no_version_member():
    (record,) = event(replace(WRITTEN, version_id=""), "rule")["Records"]
    assert list(record["s3"]["object"]) == ["key", "size", "eTag", "sequencer"]


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
    assert encoded(key) == carried


@given(st.text())
def test_a_handler_decodes_the_key_it_was_written_with(key):
    carried = encoded(key)
    assert unquote_plus(carried) == key
    assert carried.isascii()
    assert carried.count("/") == key.count("/")


def test_sequencers_grow_by_either_way_to_compare_them():
    sequencers = Sequencers(0xFFFFFFFFFF)
    made = [sequencers.next() for _ in range(3)]
    assert made == sorted(set(made))
    assert {len(sequencer) for sequencer in made} == {18}
    assert made[1] == "000000010000000000"
