"""Can the destinations of a configuration be used at all? (aws-behaviour §5.6.2-6)"""

from __future__ import annotations

from collections.abc import Iterable

from harness.errors import AwsError
from harness.services.s3_events.configuration import Configuration, Rule
from harness.services.s3_events.permissions import Permissions

_FIFO = {"sqs": "FIFO SQS queues are not supported", "sns": "FIFO SNS topics are not supported"}
_REGION = (
    "The notification destination service region is not valid for the bucket location constraint"
)


def refuse_unusable(configuration: Configuration) -> None:
    """Raise S3's InvalidArgument for what no permission could make usable; pure."""
    for rule in configuration.rules:
        if rule.region != configuration.region:
            fields = {"ArgumentName": "Region", "ArgumentValue": rule.region}
            raise AwsError("InvalidArgument", _REGION, 400, fields)
    _refuse((rule, _FIFO[rule.service]) for rule in configuration.rules if _is_fifo(rule))


async def refuse_forbidden(
    permissions: Permissions, bucket: str, configuration: Configuration
) -> None:
    """Raise S3's InvalidArgument naming every destination that is missing or does not permit S3."""
    found = [(rule, await permissions.refusal(rule, bucket)) for rule in configuration.rules]
    _refuse((rule, reason) for rule, reason in found if reason)


def _is_fifo(rule: Rule) -> bool:
    return rule.service in _FIFO and rule.arn.endswith(".fifo")


def _refuse(refused: Iterable[tuple[Rule, str]]) -> None:
    fields: dict[str, str] = {}
    for number, (rule, reason) in enumerate(refused, start=1):
        name = f"{rule.arn}, null" if rule.service == "lambda" else rule.arn
        fields[f"ArgumentName{number}"] = name
        fields[f"ArgumentValue{number}"] = reason
    if fields:
        message = "Unable to validate the following destination configurations"
        raise AwsError("InvalidArgument", message, 400, fields)
