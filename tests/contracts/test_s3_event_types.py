"""The record of every event type, member by member (aws-behaviour §5.1-5.3), through a queue."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contracts.account import Account
from tests.contracts.listener import Listener, check

EMPTY = "d41d8cd98f00b204e9800998ecf8427e"
CONTENT = "9a0364b9e99bb480dd25e1f0284c8555"  # the MD5 of b"content"
TAGS = {"TagSet": [{"Key": "kind", "Value": "handbook"}]}


@pytest.fixture
def versioned(account: Account) -> Listener:
    return Listener(account, versioned=True)


@pytest.fixture
def plain(account: Account) -> Listener:
    return Listener(account)


def checked(listener: Listener, name: str, answer: dict[str, Any], **members: Any) -> None:
    check(listener.record(), listener.bucket, name, answer, key="k", **members)


def test_5_1_put(versioned: Listener, plain: Listener):
    answer = plain.put()
    checked(plain, "ObjectCreated:Put", answer, size=7, eTag=CONTENT)
    answer = versioned.put()
    version = answer["VersionId"]
    checked(versioned, "ObjectCreated:Put", answer, size=7, eTag=CONTENT, versionId=version)


def test_5_1_2_a_suspended_bucket_tells_no_versions(versioned: Listener):
    versioned.suspend()
    checked(versioned, "ObjectCreated:Put", versioned.put(), size=7, eTag=CONTENT)


def test_5_1_2_delete_without_versioning(plain: Listener):
    plain.put()
    plain.record()
    checked(plain, "ObjectRemoved:Delete", plain.s3.delete_object(Bucket=plain.bucket, Key="k"))


def test_5_1_2_delete_with_versioning_makes_a_marker(versioned: Listener):
    versioned.put()
    versioned.record()
    answer = versioned.s3.delete_object(Bucket=versioned.bucket, Key="k")
    name, version = "ObjectRemoved:DeleteMarkerCreated", answer["VersionId"]
    checked(versioned, name, answer, eTag=EMPTY, versionId=version)


def test_5_1_2_delete_of_a_version_is_permanent_even_of_a_marker(versioned: Listener):
    version = versioned.put()["VersionId"]
    marker = versioned.s3.delete_object(Bucket=versioned.bucket, Key="k")["VersionId"]
    for _ in range(2):
        versioned.record()
    for named in (marker, version):
        target = {"Bucket": versioned.bucket, "Key": "k", "VersionId": named}
        answer = versioned.s3.delete_object(**target)
        checked(versioned, "ObjectRemoved:Delete", answer, versionId=named)


def test_5_1_2_each_key_of_delete_objects_is_an_event_of_its_own(versioned: Listener):
    versions = {key: versioned.put(key)["VersionId"] for key in ("a b", "c+d", "員")}
    for _ in versions:
        versioned.record()
    objects = [{"Key": "a b"}, {"Key": "c+d", "VersionId": versions["c+d"]}, {"Key": "員"}]
    answer = versioned.s3.delete_objects(Bucket=versioned.bucket, Delete={"Objects": objects})
    markers = {found["Key"]: found.get("DeleteMarkerVersionId") for found in answer["Deleted"]}
    told = [versioned.told() for _ in objects]
    assert {(name, found["key"], found["versionId"]) for name, found in told} == {
        ("ObjectRemoved:DeleteMarkerCreated", "a+b", markers["a b"]),
        ("ObjectRemoved:Delete", "c%2Bd", versions["c+d"]),
        ("ObjectRemoved:DeleteMarkerCreated", "%E5%93%A1", markers["員"]),
    }
    assert len({found["sequencer"] for _, found in told}) == 3


def test_5_1_2_a_quiet_delete_objects_tells_as_much(plain: Listener):
    plain.put()
    plain.record()
    request = {"Objects": [{"Key": "k"}, {"Key": "nothing"}], "Quiet": True}
    answer = plain.s3.delete_objects(Bucket=plain.bucket, Delete=request)
    checked(plain, "ObjectRemoved:Delete", answer)
    assert plain.no_more()


def test_5_3_a_delete_of_nothing_is_no_event(plain: Listener, versioned: Listener):
    plain.s3.delete_object(Bucket=plain.bucket, Key="nothing")
    assert plain.no_more()
    target = {"Bucket": versioned.bucket, "Key": "k", "VersionId": "never"}
    versioned.put()
    versioned.record()
    versioned.s3.delete_object(**target)
    assert versioned.no_more()


def test_5_3_a_delete_that_failed_is_no_event(plain: Listener):
    with pytest.raises(plain.s3.exceptions.ClientError):
        plain.s3.delete_object(Bucket=plain.bucket, Key="k", IfMatch="other")
    assert plain.no_more()


def test_5_1_3_tags(plain: Listener, versioned: Listener):
    plain.put()
    plain.record()
    answer = plain.s3.put_object_tagging(Bucket=plain.bucket, Key="k", Tagging=TAGS)
    checked(plain, "ObjectTagging:Put", answer, eTag=CONTENT)
    answer = plain.s3.delete_object_tagging(Bucket=plain.bucket, Key="k")
    checked(plain, "ObjectTagging:Delete", answer, eTag=CONTENT)
    version = versioned.put()["VersionId"]
    versioned.record()
    answer = versioned.s3.put_object_tagging(Bucket=versioned.bucket, Key="k", Tagging=TAGS)
    checked(versioned, "ObjectTagging:Put", answer, eTag=CONTENT, versionId=version)


@pytest.mark.parametrize("operation", ["put_object_tagging", "delete_object_tagging"])
def test_5_1_3_tags_of_nothing_are_refused_and_no_event(plain: Listener, operation: str):
    more = {"Tagging": TAGS} if operation.startswith("put") else {}
    with pytest.raises(plain.s3.exceptions.NoSuchKey):
        getattr(plain.s3, operation)(Bucket=plain.bucket, Key="nothing", **more)
    assert plain.no_more()


def test_5_1_3_an_acl_is_told_once_it_differs(plain: Listener):
    plain.put()
    plain.record()
    answers = [
        plain.s3.put_object_acl(Bucket=plain.bucket, Key="k", ACL=acl)
        for acl in ("public-read", "public-read", "private")
    ]
    checked(plain, "ObjectAcl:Put", answers[0], eTag=CONTENT)
    checked(plain, "ObjectAcl:Put", answers[2], eTag=CONTENT)
    assert plain.no_more()


def test_5_3_types_that_cannot_happen_here_are_valid_and_never_fired(account: Account):
    never = ["s3:ObjectRestore:*", "s3:Replication:*", "s3:LifecycleTransition"]
    never += ["s3:IntelligentTiering", "s3:ReducedRedundancyLostObject"]
    listener = Listener(account, Events=[*never, "s3:ObjectCreated:Put"])
    assert listener.no_more()
    configuration = listener.s3.get_bucket_notification_configuration(Bucket=listener.bucket)
    assert set(configuration["QueueConfigurations"][0]["Events"]) > set(never)


def test_5_4_3_two_writes_of_a_key_are_two_events_in_the_order_of_their_sequencers(
    versioned: Listener,
):
    versions = [versioned.put(body=body)["VersionId"] for body in (b"one", b"two")]
    found = sorted(
        (versioned.record()["s3"]["object"] for _ in versions), key=lambda it: it["sequencer"]
    )
    assert [one["versionId"] for one in found] == versions
