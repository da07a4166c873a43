from __future__ import annotations

import asyncio
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.call import Bytes, Call, Reply
from harness.errors import AwsError
from harness.services.bucket_policies import BucketPolicies

ALLOW = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}
DENY = {**ALLOW, "Effect": "Deny", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}


class Moto:
    """Keeps one policy, as the control plane does."""

    def __init__(self) -> None:
        self.policy = b""

    async def __call__(self, call: Call) -> Reply:
        if call.method == "PUT":
            self.policy = await call.body.read()
            assert call.header("content-length") == str(len(self.policy))
            assert not call.header("content-md5")
            return Reply(204)
        return Reply(200 if self.policy else 404, [("content-length", "3")], self.policy)


def put(policies: BucketPolicies, document: bytes) -> Reply:
    headers = [("content-md5", "x"), ("content-length", str(len(document)))]
    call = Call("s3", "PutBucketPolicy", "PUT", "/b", "policy", headers, Bytes(document))
    return asyncio.run(policies.ask(call))


def get(policies: BucketPolicies) -> Reply:
    return asyncio.run(policies.ask(Call("s3", "GetBucketPolicy", "GET", "/b", "policy")))


def test_the_control_plane_gets_the_policy_without_its_denials_and_clients_get_all_of_it():
    moto = Moto()
    policies = BucketPolicies(moto)
    document = orjson.dumps({"Version": "2012-10-17", "Statement": [ALLOW, DENY]})
    assert put(policies, document).status == 204
    assert orjson.loads(moto.policy)["Statement"] == [ALLOW]
    assert get(policies).body == document
    assert not get(policies).header("content-length")


def test_a_policy_goes_away_with_its_bucket():
    moto = Moto()
    policies = BucketPolicies(moto)
    put(policies, orjson.dumps({"Statement": DENY}))
    moto.policy = b""
    assert get(policies).status == 404
    moto.policy = b'{"Statement":[]}'
    assert get(policies).body == moto.policy


@pytest.mark.parametrize("document", [b"", b"text", b"[]", b'{"Statement": [1]}'])
def test_what_is_no_policy_is_refused(document: bytes):
    with pytest.raises(AwsError) as refused:
        put(BucketPolicies(Moto()), document)
    assert (refused.value.code, refused.value.status) == ("MalformedPolicy", 400)


@given(
    st.recursive(
        st.none() | st.text() | st.booleans(),
        lambda x: st.lists(x) | st.dictionaries(st.sampled_from(["Statement", "Effect"]), x),
    )
)
def test_any_document_is_kept_or_refused(document: Any):
    def answered() -> object:
        try:
            return put(BucketPolicies(Moto()), orjson.dumps(document)).status
        except AwsError as error:
            return error.code

    assert answered() in (204, "MalformedPolicy")
