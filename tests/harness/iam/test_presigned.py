from __future__ import annotations

import pytest

from harness.call import Call
from harness.iam.presigned import expiry

SIGNED = 1795622399.0  # 2026-11-25T15:59:59Z


def presigned(date: str = "20261125T155959Z", expires: str = "60") -> Call:
    return Call("s3", "GetObject", "GET", "/b/k", f"X-Amz-Date={date}&X-Amz-Expires={expires}")


def test_a_url_is_good_until_its_time_and_not_after():
    assert expiry(presigned(), SIGNED + 59.9) is None
    refused = expiry(presigned(), SIGNED + 60)
    assert refused is not None
    assert (refused.status, refused.code, refused.message) == (
        403,
        "AccessDenied",
        "Request has expired",
    )
    assert refused.fields == {
        "X-Amz-Expires": "60",
        "Expires": "2026-11-25T16:00:59Z",
        "ServerTime": "2026-11-25T16:00:59Z",
    }


def test_a_url_of_signature_version_2_ends_at_a_time():
    call = Call("s3", "", "GET", "/b/k", f"AWSAccessKeyId=A&Expires={int(SIGNED)}&Signature=s")
    assert expiry(call, SIGNED - 1) is None
    refused = expiry(call, SIGNED)
    assert refused is not None
    assert refused.fields["Expires"] == "2026-11-25T15:59:59Z"


def test_another_parameter_of_that_name_is_nobody_s_end():
    assert expiry(Call("s3", "", "GET", "/b/k", "response-expires=0&Expires=0"), SIGNED) is None


@pytest.mark.parametrize(
    ("date", "expires"),
    [("", "60"), ("today", "60"), ("20261125T155959Z", "soon"), ("20261125T155959Z", "9" * 30)],
)
def test_what_is_no_time_is_refused(date: str, expires: str):
    refused = expiry(presigned(date, expires), SIGNED)
    assert refused is not None
    assert (refused.status, refused.code) == (400, "AuthorizationQueryParametersError")
