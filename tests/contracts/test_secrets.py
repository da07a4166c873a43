"""Secrets Manager's answers (aws-behaviour §10.1)."""

from __future__ import annotations

import re

from tests.contracts.account import ACCOUNT, Account, unique
from tests.contracts.roles import Refused


def test_10_1_a_secret_is_a_string_or_bytes_with_a_version(account: Account):
    text, binary = unique("team/text"), unique("team/binary")
    account.secretsmanager.create_secret(Name=text, SecretString="s")
    account.secretsmanager.create_secret(Name=binary, SecretBinary=b"\x00")
    found = account.secretsmanager.get_secret_value(SecretId=text)
    arn = f"arn:aws:secretsmanager:{account.region}:{ACCOUNT}:secret:{text}-"
    assert re.fullmatch(rf"{re.escape(arn)}\w{{6}}", found["ARN"])
    assert (found["SecretString"], found["VersionStages"]) == ("s", ["AWSCURRENT"])
    assert "SecretBinary" not in found
    found = account.secretsmanager.get_secret_value(SecretId=binary)
    assert (found["SecretBinary"], "SecretString" in found) == (b"\x00", False)


def test_10_1_a_missing_secret(account: Account):
    with Refused() as refused:
        account.secretsmanager.get_secret_value(SecretId=unique("nobody"))
    assert (refused.status, refused.code) == (400, "ResourceNotFoundException")
    assert refused.message == "Secrets Manager can't find the specified secret."


def test_10_1_a_secret_that_is_to_be_deleted(account: Account):
    name = unique("secret")
    account.secretsmanager.create_secret(Name=name, SecretString="s")
    account.secretsmanager.delete_secret(SecretId=name)
    with Refused() as refused:
        account.secretsmanager.get_secret_value(SecretId=name)
    assert (refused.status, refused.code) == (400, "InvalidRequestException")
    assert "marked for deletion" in refused.message


def test_10_1_a_secret_has_at_most_65536_bytes(account: Account):
    name = unique("secret")
    account.secretsmanager.create_secret(Name=name, SecretString="x" * 65_536)
    with Refused() as refused:
        account.secretsmanager.put_secret_value(SecretId=name, SecretString="員" * 21_846)
    assert (refused.status, refused.code) == (400, "ValidationException")
