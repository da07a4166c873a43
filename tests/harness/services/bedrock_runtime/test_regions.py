from __future__ import annotations

import pytest

from harness.services.bedrock_runtime.regions import Availability, availability, base_model, finding

EMBED = "cohere.embed-v4:0"
NOVA = "amazon.nova-pro-v1:0"
OK, PROFILE_ONLY, INVALID = Availability.OK, Availability.PROFILE_ONLY, Availability.INVALID

OFFERS = [
    ("ap-northeast-1", EMBED, OK),
    ("ap-northeast-1", f"global.{EMBED}", OK),
    ("ap-northeast-1", f"us.{EMBED}", INVALID),
    ("ap-northeast-1", f"apac.{EMBED}", INVALID),
    ("ap-northeast-1", NOVA, INVALID),
    ("ap-northeast-1", f"apac.{NOVA}", INVALID),
    ("ap-northeast-1", f"global.{NOVA}", INVALID),
    ("us-east-1", NOVA, OK),
    ("us-west-2", NOVA, PROFILE_ONLY),
    ("us-west-2", f"us.{NOVA}", OK),
    ("us-gov-west-1", NOVA, OK),
    ("us-gov-west-1", f"us.{NOVA}", INVALID),
    ("eu-central-1", f"eu.{EMBED}", OK),
    ("eu-central-1", EMBED, PROFILE_ONLY),
]


@pytest.mark.parametrize(("region", "model_id", "expected"), OFFERS)
def test_what_aws_makes_of_an_id(region: str, model_id: str, expected: Availability):
    assert availability(region, model_id) is expected


@pytest.mark.parametrize(
    ("model_id", "base"),
    [
        (EMBED, EMBED),
        (f"global.{EMBED}", EMBED),
        (f"arn:aws:bedrock:ap-northeast-1::foundation-model/{EMBED}", EMBED),
        (f"arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.{NOVA}", NOVA),
        ("cohere.embed-v4", None),
        ("cohere.embed-multilingual-v3", None),
        (f"mars.{EMBED}", None),
        ("", None),
    ],
)
def test_the_model_behind_an_id(model_id: str, base: str | None):
    assert base_model(model_id) == base


def test_a_finding_says_what_fails_and_what_to_use():
    assert finding("us-west-2", NOVA) == (
        "AWS does not offer amazon.nova-pro-v1:0 in us-west-2; there a call fails with “Invocation "
        "of model ID amazon.nova-pro-v1:0 with on-demand throughput isn’t supported. Retry your "
        "request with the ID or ARN of an inference profile that contains this model.” "
        "Use us.amazon.nova-pro-v1:0."
    )


def test_a_finding_without_an_alternative_names_the_regions():
    sentence = finding("ap-northeast-1", NOVA) or ""

    assert "“The provided model identifier is invalid.”" in sentence
    assert sentence.endswith("ap-southeast-3, eu-west-2, me-central-1, us-east-1, us-gov-west-1.")


def test_a_profile_of_elsewhere_is_pointed_to_the_bare_id():
    assert (finding("ap-northeast-1", f"us.{EMBED}") or "").endswith(f"Use {EMBED}.")


def test_no_finding_for_what_is_offered():
    assert finding("ap-northeast-1", EMBED) is None
