"""PutBucketNotificationConfiguration and what it refuses (aws-behaviour §5.6)."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.contracts.account import ACCOUNT, Account, Function, unique


class Configured:
    """A bucket and a function that it may invoke."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.bucket = account.bucket()
        self.function: Function = account.function("subject.echo")
        account.permit(self.bucket, self.function)

    def rule(self, **changes: Any) -> dict[str, Any]:
        events = ["s3:ObjectCreated:*"]
        return {"LambdaFunctionArn": self.function.arn, "Events": events, **changes}

    def put(self, *rules: dict[str, Any], **more: Any) -> None:
        self.account.s3.put_bucket_notification_configuration(
            Bucket=self.bucket,
            NotificationConfiguration={"LambdaFunctionConfigurations": list(rules)},
            **more,
        )

    def get(self) -> dict[str, Any]:
        answer = self.account.s3.get_bucket_notification_configuration(Bucket=self.bucket)
        return {name: value for name, value in answer.items() if name != "ResponseMetadata"}

    def refusal(self, *rules: dict[str, Any], **more: Any) -> dict[str, Any]:
        """Return the error; what was configured before must have stayed."""
        before = self.get()
        with pytest.raises(ClientError) as caught:
            self.put(*rules, **more)
        assert self.get() == before
        error: dict[str, Any] = caught.value.response["Error"]
        return error


@pytest.fixture
def configured(account: Account) -> Configured:
    return Configured(account)


def filtered(prefix: str = "", suffix: str = "") -> dict[str, Any]:
    rules = [{"Name": "prefix", "Value": prefix}, {"Name": "SUFFIX", "Value": suffix}]
    return {"Filter": {"Key": {"FilterRules": [rule for rule in rules if rule["Value"]]}}}


def test_5_6_1_a_configuration_is_returned_as_it_was_put(configured: Configured):
    configured.put(configured.rule(Id="mine", **filtered("uploads/", ".pdf")))
    (rule,) = configured.get()["LambdaFunctionConfigurations"]
    assert rule == {
        "Id": "mine",
        "LambdaFunctionArn": configured.function.arn,
        "Events": ["s3:ObjectCreated:*"],
        "Filter": {
            "Key": {
                "FilterRules": [
                    {"Name": "Prefix", "Value": "uploads/"},
                    {"Name": "Suffix", "Value": ".pdf"},
                ]
            }
        },
    }


def test_5_6_1_another_configuration_replaces_it_and_an_empty_one_clears_it(
    configured: Configured,
):
    configured.put(configured.rule(**filtered("a")), configured.rule(**filtered("b")))
    configured.put(configured.rule(Id="alone"))
    assert [rule["Id"] for rule in configured.get()["LambdaFunctionConfigurations"]] == ["alone"]
    configured.put()
    assert configured.get() == {}


def test_5_6_5_a_rule_without_a_name_gets_one(configured: Configured):
    configured.put(configured.rule())
    (rule,) = configured.get()["LambdaFunctionConfigurations"]
    assert rule["Id"]


def test_5_6_3_a_function_without_permission_is_refused(account: Account, configured: Configured):
    locked = account.function("subject.echo")
    error = configured.refusal(configured.rule(LambdaFunctionArn=locked.arn))
    assert error == {
        "Code": "InvalidArgument",
        "Message": "Unable to validate the following destination configurations",
        "ArgumentName1": f"{locked.arn}, null",
        "ArgumentValue1": f"Not authorized to invoke function [{locked.arn}]",
    }


def test_5_6_3_permission_for_another_bucket_is_none(account: Account, configured: Configured):
    other = account.function("subject.echo")
    account.permit(account.bucket(), other)
    error = configured.refusal(configured.rule(LambdaFunctionArn=other.arn))
    assert error["ArgumentValue1"] == f"Not authorized to invoke function [{other.arn}]"


def test_5_6_3_every_function_that_fails_is_named(account: Account, configured: Configured):
    arns = [
        f"arn:aws:lambda:{account.region}:{ACCOUNT}:function:{unique('nobody')}" for _ in range(2)
    ]
    error = configured.refusal(
        *(
            configured.rule(LambdaFunctionArn=arn, **filtered(str(number)))
            for number, arn in enumerate(arns)
        )
    )
    assert [error["ArgumentName1"], error["ArgumentName2"]] == [f"{arn}, null" for arn in arns]


def test_5_6_2_validation_can_be_skipped_but_an_arn_must_be_one(
    account: Account, configured: Configured
):
    nobody = f"arn:aws:lambda:{account.region}:{ACCOUNT}:function:nobody"
    configured.put(configured.rule(LambdaFunctionArn=nobody), SkipDestinationValidation=True)
    error = configured.refusal(
        configured.rule(LambdaFunctionArn="arn:aws:lambda:nonsense"),
        SkipDestinationValidation=True,
    )
    assert (error["Code"], error["Message"]) == ("InvalidArgument", "The ARN could not be parsed")
    assert error["ArgumentName"] == "CloudFunction"


@pytest.mark.parametrize(
    ("one", "other", "message"),
    [
        (filtered(), filtered(), "Configurations overlap."),
        (filtered(), filtered("uploads/"), "Configuration is ambiguously defined."),
        (filtered("a"), filtered("ab"), "Configuration is ambiguously defined."),
        (filtered("", "jpg"), filtered("", "pg"), "Configuration is ambiguously defined."),
    ],
)
def test_5_6_4_rules_may_not_overlap(configured: Configured, one, other, message):
    error = configured.refusal(configured.rule(**one), configured.rule(**other))
    assert error["Code"] == "InvalidArgument"
    assert error["Message"].startswith(message)


def test_5_6_4_rules_beside_one_another_are_fine(configured: Configured):
    configured.put(
        configured.rule(**filtered("images/", ".jpg")),
        configured.rule(**filtered("images/", ".png")),
    )
    assert len(configured.get()["LambdaFunctionConfigurations"]) == 2


def test_what_is_not_emulated_says_so(account: Account, configured: Configured):
    queue = {"QueueArn": account.queue().arn, "Events": ["s3:ObjectCreated:*"]}
    topic = {"TopicArn": f"arn:aws:sns:{account.region}:{ACCOUNT}:t", "Events": queue["Events"]}
    for unsupported in (
        {"QueueConfigurations": [queue]},
        {"TopicConfigurations": [topic]},
        {"EventBridgeConfiguration": {}},
        {"LambdaFunctionConfigurations": [configured.rule(Events=["s3:ObjectRemoved:*"])]},
    ):
        with pytest.raises(ClientError, match=r"NotImplemented.*not emulated here"):
            account.s3.put_bucket_notification_configuration(
                Bucket=configured.bucket, NotificationConfiguration=unsupported
            )


def test_a_missing_bucket_is_named(account: Account):
    with pytest.raises(account.s3.exceptions.NoSuchBucket):
        account.s3.get_bucket_notification_configuration(Bucket=unique("nobody"))


def test_a_bucket_made_again_has_no_rules(account: Account, configured: Configured):
    configured.put(configured.rule())
    account.s3.delete_bucket(Bucket=configured.bucket)
    location = {"LocationConstraint": account.region}
    account.s3.create_bucket(Bucket=configured.bucket, CreateBucketConfiguration=location)
    assert configured.get() == {}
