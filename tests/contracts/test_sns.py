"""Functions that subscribed to a topic."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from tests.contracts.account import Account, Function, Queue, unique


def subscribed(account: Account, reports: Queue) -> tuple[Function, str, str]:
    function = account.function("subject.report_event", {"REPORTS": reports.url})
    topic = account.sns.create_topic(Name=unique("topic"))["TopicArn"]
    subscription = account.sns.subscribe(
        TopicArn=topic, Protocol="lambda", Endpoint=function.arn, ReturnSubscriptionArn=True
    )["SubscriptionArn"]
    return function, topic, subscription


def test_a_function_gets_what_is_published(account: Account):
    reports = account.queue()
    function, topic, subscription = subscribed(account, reports)
    attributes = {"kind": {"DataType": "String", "StringValue": "note"}}
    published = account.sns.publish(
        TopicArn=topic, Message="員工", Subject="about", MessageAttributes=attributes
    )
    (record,) = reports.receive()["Records"]
    assert record["EventSubscriptionArn"] == subscription
    assert record["Sns"]["MessageId"] == published["MessageId"]
    assert (record["Sns"]["Message"], record["Sns"]["Subject"]) == ("員工", "about")
    assert record["Sns"]["MessageAttributes"] == {"kind": {"Type": "String", "Value": "note"}}
    described = account.sns.get_subscription_attributes(SubscriptionArn=subscription)["Attributes"]
    assert (described["Protocol"], described["Endpoint"]) == ("lambda", function.arn)
    assert "FilterPolicy" not in described
    account.sns.unsubscribe(SubscriptionArn=subscription)
    account.sns.publish(TopicArn=topic, Message="unheard")
    assert reports.is_empty()


def test_differs_a_topic_needs_no_permission_to_invoke(account: Account):
    """On AWS the function's resource policy has to name sns.amazonaws.com."""
    reports = account.queue()
    function, topic, _ = subscribed(account, reports)
    with pytest.raises(account.lambda_.exceptions.ResourceNotFoundException):
        account.lambda_.get_policy(FunctionName=function.name)
    account.sns.publish(TopicArn=topic, Message="heard")
    assert reports.receive()["Records"][0]["Sns"]["Message"] == "heard"


def test_differs_a_function_cannot_filter_what_it_gets(account: Account):
    _, _, subscription = subscribed(account, account.queue())
    with pytest.raises(ClientError, match=r"filter policies .* are not emulated"):
        account.sns.set_subscription_attributes(
            SubscriptionArn=subscription, AttributeName="FilterPolicy", AttributeValue='{"a":["b"]}'
        )
