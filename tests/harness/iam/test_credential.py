from __future__ import annotations

import pytest

from harness.call import Call
from harness.iam.credential import access_key_id

V4 = "AWS4-HMAC-SHA256 Credential=AKIA1/20260101/x/s3/aws4_request, SignedHeaders=host, Signature=0"


@pytest.mark.parametrize(
    ("authorization", "query", "key"),
    [
        (V4, "", "AKIA1"),
        ("AWS AKIA2:signature", "", "AKIA2"),
        ("", "X-Amz-Credential=ASIA3%2F20260101%2Fx%2Fs3%2Faws4_request", "ASIA3"),
        ("", "AWSAccessKeyId=AKIA4&Signature=x", "AKIA4"),
        ("Bearer Credential", "", ""),
        ("", "", ""),
        ("", "X-Amz-Credential=", ""),
    ],
)
def test_the_key_of_a_request(authorization: str, query: str, key: str):
    headers = [("authorization", authorization)] if authorization else []
    assert access_key_id(Call("s3", "", "GET", "/", query, headers)) == key
