from __future__ import annotations

import asyncio

import pytest

from harness.errors import AwsError
from harness.services.s3_events.configuration import Configuration, Rule
from harness.services.s3_events.validation import refuse_forbidden, refuse_unusable
from tests.harness.services.s3_events.examples import FUNCTION, QUEUE, REGION, TOPIC, rule


def configuration(*rules: Rule) -> Configuration:
    return Configuration(rules, region=REGION)


def test_destinations_in_the_buckets_region_are_usable():
    refuse_unusable(configuration(rule(), rule(QUEUE), rule(TOPIC)))


@pytest.mark.parametrize("arn", [FUNCTION, QUEUE, TOPIC])
def test_a_destination_elsewhere_is_refused(arn):
    with pytest.raises(AwsError, match="service region is not valid") as caught:
        refuse_unusable(configuration(rule(arn.replace(REGION, "eu-west-1"))))
    assert caught.value.fields["ArgumentValue"] == "eu-west-1"


def test_every_fifo_destination_is_named():
    with pytest.raises(AwsError, match="Unable to validate") as caught:
        refuse_unusable(configuration(rule(f"{QUEUE}.fifo"), rule(), rule(f"{TOPIC}.fifo")))
    assert caught.value.fields == {
        "ArgumentName1": f"{QUEUE}.fifo",
        "ArgumentValue1": "FIFO SQS queues are not supported",
        "ArgumentName2": f"{TOPIC}.fifo",
        "ArgumentValue2": "FIFO SNS topics are not supported",
    }


class Refusing:
    """Permissions with a refusal for each ARN named."""

    def __init__(self, refusals: dict[str, str]) -> None:
        self._refusals = refusals

    async def refusal(self, asked: Rule, bucket: str) -> str:
        return self._refusals.get(asked.arn, "")


def test_permitted_destinations_pass():
    asyncio.run(refuse_forbidden(Refusing({}), "b", configuration(rule(), rule(QUEUE))))


def test_every_refused_destination_is_named_and_numbered():
    refusing = Refusing({FUNCTION: "not authorized", QUEUE: "does not exist"})
    asked = configuration(rule(), rule(TOPIC), rule(QUEUE))
    with pytest.raises(AwsError) as caught:
        asyncio.run(refuse_forbidden(refusing, "b", asked))
    error = caught.value
    assert (error.code, error.status) == ("InvalidArgument", 400)
    assert error.message == "Unable to validate the following destination configurations"
    assert error.fields == {
        "ArgumentName1": f"{FUNCTION}, null",
        "ArgumentValue1": "not authorized",
        "ArgumentName2": QUEUE,
        "ArgumentValue2": "does not exist",
    }
