"""PutBucketNotificationConfiguration and what it refuses (aws-behaviour §5.6)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import pytest
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.contracts.account import ACCOUNT, Account, Function, unique
from tests.contracts.listener import Listener, permit


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
        return self._refused(lambda: self.put(*rules, **more))

    def refusal_of(self, *, skip: bool = False, **configurations: Any) -> dict[str, Any]:
        """Return the error of a whole configuration; skip: the validation of its destinations."""
        return self._refused(
            lambda: self.account.s3.put_bucket_notification_configuration(
                Bucket=self.bucket,
                NotificationConfiguration=configurations,
                SkipDestinationValidation=skip,
            )
        )

    def _refused(self, put: Callable[[], Any]) -> dict[str, Any]:
        before = self.get()
        with pytest.raises(ClientError) as caught:
            put()
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


def test_5_6_4_rules_may_not_overlap_whatever_their_destinations(configured: Configured):
    queue = configured.account.queue()
    permit(configured.account, configured.bucket, queue)
    error = configured.refusal_of(
        LambdaFunctionConfigurations=[configured.rule()],
        QueueConfigurations=[{"QueueArn": queue.arn, "Events": ["s3:ObjectCreated:Put"]}],
    )
    assert error["Message"].startswith("Configurations overlap.")
    assert error["ArgumentName"] == "Event"


def test_5_6_4_rules_for_other_events_do_not_overlap(configured: Configured):
    events = ("s3:ObjectCreated:*", "s3:ObjectRemoved:*")
    configured.put(*(configured.rule(Events=[event]) for event in events))
    assert len(configured.get()["LambdaFunctionConfigurations"]) == 2


def test_5_6_5_the_same_name_twice_is_refused(configured: Configured):
    events = ("s3:ObjectCreated:*", "s3:ObjectRemoved:*")
    error = configured.refusal(*(configured.rule(Id="a", Events=[event]) for event in events))
    assert error["Message"] == "Same ID used for multiple configurations. IDs must be unique"


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ([("prefix", "a"), ("Prefix", "b")], "Cannot specify more than one prefix rule"),
        ([("suffix", "a"), ("SUFFIX", "b")], "Cannot specify more than one suffix rule"),
        ([("infix", "a")], "filter rule name must be either prefix or suffix"),
    ],
)
def test_5_6_5_a_filter_has_one_prefix_and_one_suffix(configured: Configured, rules, message):
    named = [{"Name": name, "Value": value} for name, value in rules]
    error = configured.refusal(configured.rule(Filter={"Key": {"FilterRules": named}}))
    assert (error["Code"], error["ArgumentName"]) == ("InvalidArgument", "FilterRule.Name")
    assert error["Message"].startswith(message)


def test_5_6_5_a_star_is_no_wildcard(account: Account):
    rules = [{"Name": "suffix", "Value": "*.pdf"}]
    listener = Listener(account, Filter={"Key": {"FilterRules": rules}})
    listener.put("a.pdf")
    listener.put("b*.pdf")
    assert listener.told()[1]["key"] == "b%2A.pdf"


def test_5_6_7_an_alias_needs_a_permission_of_its_own(account: Account, configured: Configured):
    function = configured.function
    version = account.lambda_.publish_version(FunctionName=function.name)["Version"]
    alias = {"FunctionName": function.name, "Name": "live", "FunctionVersion": version}
    arn = account.lambda_.create_alias(**alias)["AliasArn"]
    error = configured.refusal(configured.rule(LambdaFunctionArn=arn))
    assert error["ArgumentValue1"] == f"Not authorized to invoke function [{arn}]"
    account.lambda_.add_permission(
        FunctionName=function.name,
        Qualifier="live",
        StatementId="s3",
        Action="lambda:InvokeFunction",
        Principal="s3.amazonaws.com",
        SourceArn=f"arn:aws:s3:::{configured.bucket}",
    )
    configured.put(configured.rule(LambdaFunctionArn=arn))


def test_5_6_3_every_destination_that_fails_is_numbered(account: Account, configured: Configured):
    closed = account.queue().arn
    missing = closed.replace("queue-", "nobody-")
    topic = account.sns.create_topic(Name=unique("topic"))["TopicArn"]
    nowhere = f"{topic}-nowhere"
    error = configured.refusal_of(
        QueueConfigurations=[
            {"QueueArn": closed, "Events": ["s3:ObjectCreated:Put"]},
            {"QueueArn": missing, "Events": ["s3:ObjectCreated:Copy"]},
        ],
        TopicConfigurations=[
            {"TopicArn": topic, "Events": ["s3:ObjectRemoved:*"]},
            {"TopicArn": nowhere, "Events": ["s3:ObjectTagging:*"]},
        ],
    )
    assert error["Message"] == "Unable to validate the following destination configurations"
    told = {error[f"ArgumentName{n}"]: error[f"ArgumentValue{n}"] for n in range(1, 5)}
    forbidden = (
        "Permissions on the destination {} do not allow S3 to publish notifications "
        "from this bucket"
    )
    assert told == {
        closed: forbidden.format("queue"),
        missing: "The destination queue does not exist",
        topic: forbidden.format("topic"),
        nowhere: "The destination topic does not exist",
    }


def test_5_6_8_the_policy_of_a_queue_is_for_one_bucket(account: Account, configured: Configured):
    queue = account.queue()
    permit(account, account.bucket(), queue)
    rule = {"QueueArn": queue.arn, "Events": ["s3:ObjectCreated:*"]}
    error = configured.refusal_of(QueueConfigurations=[rule])
    assert error["ArgumentName1"] == queue.arn


@pytest.mark.parametrize("skip", [False, True])
def test_5_6_6_fifo_destinations_are_refused(configured: Configured, skip):
    fifo = f"arn:aws:sqs:{configured.account.region}:{ACCOUNT}:q.fifo"
    rule = {"QueueArn": fifo, "Events": ["s3:ObjectCreated:*"]}
    error = configured.refusal_of(QueueConfigurations=[rule], skip=skip)
    assert (error["ArgumentName1"], error["ArgumentValue1"]) == (
        fifo,
        "FIFO SQS queues are not supported",
    )


def test_5_6_6_a_destination_is_in_the_buckets_region(configured: Configured):
    elsewhere = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:q"
    rule = {"QueueArn": elsewhere, "Events": ["s3:ObjectCreated:*"]}
    error = configured.refusal_of(QueueConfigurations=[rule], skip=True)
    assert error["Message"] == (
        "The notification destination service region is not valid for the bucket location "
        "constraint"
    )


@pytest.mark.parametrize(
    ("kind", "name"), [("QueueConfigurations", "Queue"), ("TopicConfigurations", "Topic")]
)
def test_5_6_3_an_arn_must_be_one_of_its_kind(configured: Configured, kind: str, name: str):
    rule = {f"{name}Arn": configured.function.arn, "Events": ["s3:ObjectCreated:*"]}
    error = configured.refusal_of(**{kind: [rule]}, skip=True)
    assert (error["Message"], error["ArgumentName"]) == ("The ARN could not be parsed", name)
    assert error["ArgumentValue"] == configured.function.arn


def test_an_unknown_event_type_is_refused(configured: Configured):
    error = configured.refusal(configured.rule(Events=["s3:ObjectCreated:Nothing"]))
    assert (error["Code"], error["ArgumentName"]) == ("InvalidArgument", "Event")


def test_another_owner_than_the_expected_one_is_refused(configured: Configured):
    with pytest.raises(ClientError, match="AccessDenied"):
        configured.put(configured.rule(), ExpectedBucketOwner="111111111111")
    with pytest.raises(ClientError, match="AccessDenied"):
        configured.account.s3.get_bucket_notification_configuration(
            Bucket=configured.bucket, ExpectedBucketOwner="111111111111"
        )
    configured.put(configured.rule(), ExpectedBucketOwner=ACCOUNT)


BODIES = st.one_of(
    st.binary(max_size=40),
    st.text(max_size=40).map(str.encode),
    st.lists(
        st.sampled_from(
            [
                *("<NotificationConfiguration>", "</NotificationConfiguration>"),
                *("<QueueConfiguration>", "</QueueConfiguration>", "<Queue>", "</Queue>"),
                *("<Event>", "s3:ObjectCreated:*", "</Event>", "<Id/>", "<Filter/>", "&x;"),
            ]
        ),
        max_size=12,
    ).map(lambda found: "".join(found).encode()),
)


def test_whatever_is_put_gets_an_answer_of_s3(account: Account, configured: Configured):
    """One of S3's errors in XML, or the configuration is taken; and the endpoint lives on."""
    url = f"{account.url}/{configured.bucket}"
    with httpx.Client(headers=account.signed("s3")) as client:

        @settings(max_examples=60, deadline=None)
        @given(BODIES, st.sampled_from(["notification", "delete"]))
        def answered(body: bytes, operation: str) -> None:
            method = "PUT" if operation == "notification" else "POST"
            answer = client.request(method, f"{url}?{operation}", content=body)
            assert answer.status_code in (200, 400)
            if answer.status_code == 400:
                assert answer.headers["content-type"] == "application/xml"
                code = ET.fromstring(answer.content).findtext("Code")  # noqa: S314
                assert code in ("MalformedXML", "InvalidArgument")

        answered()
    configured.put(configured.rule())


def test_a_missing_bucket_is_named(account: Account):
    with pytest.raises(account.s3.exceptions.NoSuchBucket):
        account.s3.get_bucket_notification_configuration(Bucket=unique("nobody"))


def test_a_bucket_made_again_has_no_rules(account: Account, configured: Configured):
    configured.put(configured.rule())
    account.s3.delete_bucket(Bucket=configured.bucket)
    location = {"LocationConstraint": account.region}
    account.s3.create_bucket(Bucket=configured.bucket, CreateBucketConfiguration=location)
    assert configured.get() == {}
