"""Who signed a form's policy, by either signature version; the signature is checked (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.errors import AwsError
from harness.iam.secret_keys import SecretKeys
from harness.services.s3_requests.credential import Credential, epoch, parse_credential
from harness.services.s3_requests.query_v2 import refuse_v2_in
from harness.services.s3_requests.query_v4 import ALGORITHM
from harness.services.s3_requests.refusals import insist_on, usable

_V4 = ("X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Signature")
_V2 = ("AWSAccessKeyId", "signature")
_TOKEN = "x-amz-security-token"  # noqa: S105 - the name of a field


@dataclass(frozen=True, slots=True)
class PolicySigner:
    """signatures: the module that makes them; region: the bucket's; now: epoch seconds."""

    keys: SecretKeys
    signatures: Any
    region: str
    now: float

    def checked(self, fields: Mapping[str, str]) -> str:
        """Return the access key that signed the policy; raises `AwsError` as S3 does."""
        if any(name.lower() in fields for name in _V4):
            return self._checked_v4(fields)
        return self._checked_v2(fields)

    def _checked_v4(self, fields: Mapping[str, str]) -> str:
        _insist_on_all(_V4, fields)
        if fields["x-amz-algorithm"] != ALGORITHM:
            raise _invalid("X-Amz-Algorithm", fields["x-amz-algorithm"], f"only {ALGORITHM}")
        credential = self._credential(fields["x-amz-credential"], fields["x-amz-date"])
        token = fields.get(_TOKEN, "")
        secret = usable(credential.key_id, self.keys.of(credential.key_id), token, self.now)
        policy, given = fields["policy"], fields["x-amz-signature"]
        expected = self.signatures.of_policy_v4(policy, credential, secret.secret)
        insist_on(expected, given, credential.key_id, policy)
        return credential.key_id

    def _credential(self, text: str, date: str) -> Credential:
        found = parse_credential(text)
        if found is None or found.service != "s3" or found.terminal != "aws4_request":
            raise _invalid("X-Amz-Credential", text, "KEY/YYYYMMDD/REGION/s3/aws4_request")
        if epoch(date) is None or date[:8] != found.date:
            raise _invalid("X-Amz-Date", date, f"the time of {found.date} in ISO8601 Long Format")
        if found.region != self.region:
            raise _invalid("X-Amz-Credential", text, f"the region '{self.region}'")
        return found

    def _checked_v2(self, fields: Mapping[str, str]) -> str:
        _insist_on_all(_V2, fields)
        refuse_v2_in(self.region)
        key_id = fields["awsaccesskeyid"]
        secret = usable(key_id, self.keys.of(key_id), fields.get(_TOKEN, ""), self.now)
        expected = self.signatures.of_policy_v2(fields["policy"], key_id, secret.secret)
        insist_on(expected, fields["signature"], key_id, fields["policy"])
        return key_id


def _insist_on_all(names: tuple[str, ...], fields: Mapping[str, str]) -> None:
    for name in names:
        if name.lower() not in fields:
            raise missing_field(name)


def missing_field(name: str) -> AwsError:
    message = (
        f"Bucket POST must contain a field named '{name}'.  "
        "If it is specified, please check the order of the fields."
    )
    fields = {"ArgumentName": name, "ArgumentValue": ""}
    return AwsError("InvalidArgument", message, 400, fields)


def _invalid(name: str, value: str, expected: str) -> AwsError:
    fields = {"ArgumentName": name, "ArgumentValue": value}
    return AwsError("InvalidArgument", f"{name} is wrong; expecting {expected}", 400, fields)
