"""A quota of Bedrock as its callers meet it (aws-behaviour §8.7)."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from harness.disposable import Disposable
from harness.injection.client import Faults
from tests.contracts.account import Account

EMBED = "cohere.embed-v4:0"
PROFILE = f"global.{EMBED}"


@pytest.fixture
def faults(environment: Disposable) -> Faults:
    return Faults(environment.facts)


def answer(account: Account, model: str, text: str = "a") -> str:
    """Return what became of embedding a text: "" or code, status and message of the refusal."""
    body = json.dumps({"texts": [text], "input_type": "search_document"})
    try:
        getattr(account, "bedrock-runtime").invoke_model(modelId=model, body=body)["body"].read()
    except ClientError as error:
        refused = error.response
        status = refused["ResponseMetadata"]["HTTPStatusCode"]
        return f"{refused['Error']['Code']} {status} {refused['Error']['Message']}"
    return ""


def test_requests_per_minute_are_limited_for_each_model(account, faults):
    refused = "ThrottlingException 429 Too many requests, please wait before trying again."
    with faults.injected("bedrock-quota", requests_per_minute=1) as fault:
        assert [answer(account, EMBED) for _ in range(2)] == ["", refused]
        assert answer(account, PROFILE) == ""
        account.s3.list_buckets()
        assert fault.covered == 3
    assert answer(account, EMBED) == ""


def test_tokens_per_minute_are_limited(account, faults):
    refused = "ThrottlingException 429 Too many tokens, please wait before trying again."
    with faults.injected("bedrock-quota", tokens_per_minute=100):
        assert [answer(account, EMBED, "字" * 80) for _ in range(2)] == ["", refused]
