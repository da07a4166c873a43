"""Presigned URLs: a request that carries a signature in its query must carry the right one."""

from __future__ import annotations

from urllib.parse import parse_qsl

from harness.call import Call, Handler, Reply
from harness.clock import Clock
from harness.errors import AwsError
from harness.iam.secret_keys import SecretKeys
from harness.services.s3_events.place import place
from harness.services.s3_requests.buckets import Buckets
from harness.services.s3_requests.loaded import loaded
from harness.services.s3_requests.query_v2 import (
    is_presigned_v2,
    parse_v2,
    refuse_untimely_v2,
    refuse_v2_in,
)
from harness.services.s3_requests.query_v4 import (
    ALGORITHM,
    Parameters,
    is_presigned_v4,
    parse,
    refuse_other_region,
    refuse_unsigned,
    refuse_untimely,
)
from harness.services.s3_requests.refusals import insist_on, usable

_MARKS = ("X-Amz-", "AWSAccessKeyId=", "Signature=")


class PresignedUrls:
    """A layer; what is signed in its headers or not at all passes unseen."""

    def __init__(self, keys: SecretKeys, buckets: Buckets, clock: Clock) -> None:
        self._keys = keys
        self._buckets = buckets
        self._clock = clock

    async def __call__(self, call: Call, proceed: Handler) -> Reply:
        """Answer `call`, or raise the `AwsError` that S3 refuses its URL with."""
        if call.service == "s3" and any(mark in call.query for mark in _MARKS):
            parameters = parse_qsl(call.query, keep_blank_values=True)
            if is_presigned_v4(parameters):
                await self._check_v4(call, parameters)
            elif is_presigned_v2(parameters):
                await self._check_v2(call, parameters)
        return await proceed(call)

    async def _check_v4(self, call: Call, parameters: Parameters) -> None:
        _refuse_two_ways(call)
        presigned = parse(parameters)
        refuse_other_region(presigned, await self._buckets.region(place(call)[0]))
        now, key_id = self._clock.now(), presigned.credential.key_id
        secret = usable(key_id, self._keys.of(key_id), presigned.token, now)
        refuse_untimely(presigned, now)
        refuse_unsigned(presigned, [name for name, _ in call.headers])
        expected = (await loaded("signatures")).version_4(
            call, parameters, presigned, secret.secret
        )
        insist_on(
            *(expected.signature, presigned.signature, key_id),
            *(expected.string_to_sign, expected.canonical),
        )
        _vouch(call, key_id, presigned.credential.region)

    async def _check_v2(self, call: Call, parameters: Parameters) -> None:
        _refuse_two_ways(call)
        presigned = parse_v2(parameters)
        region = await self._buckets.region(place(call)[0])
        refuse_v2_in(region)
        now = self._clock.now()
        secret = usable(presigned.key_id, self._keys.of(presigned.key_id), presigned.token, now)
        refuse_untimely_v2(presigned, now)
        expected = (await loaded("signatures")).version_2(
            call, parameters, presigned, secret.secret
        )
        insist_on(
            *(expected.signature, presigned.signature),
            *(presigned.key_id, expected.string_to_sign),
        )
        _vouch(call, presigned.key_id, region)


def _refuse_two_ways(call: Call) -> None:
    if authorization := call.header("authorization"):
        message = (
            "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, "
            "Signature query string parameter or the Authorization header should be specified"
        )
        fields = {"ArgumentName": "Authorization", "ArgumentValue": authorization}
        raise AwsError("InvalidArgument", message, 400, fields)


def _vouch(call: Call, key_id: str, region: str) -> None:
    """Sign a call in its headers as well: the control plane has checks of its own for URLs.

    They look for headers in the query, and mistake `response-content-type` for one.
    """
    call.headers = [*call.headers, authorization(key_id, region)]


def authorization(key_id: str, region: str) -> tuple[str, str]:
    """Return the header that names the signer of a call that was checked here."""
    scope = f"Credential={key_id}/20260101/{region}/s3/aws4_request"
    return "authorization", f"{ALGORITHM} {scope}, SignedHeaders=host, Signature=checked"
