"""What Lambda does for a function needs the permission of its role (aws-behaviour §3.5, §6.3)."""

from __future__ import annotations

from tests.contracts.account import Account, eventually
from tests.contracts.metrics import total
from tests.contracts.roles import allow, role


def test_3_5_1_a_destination_needs_the_permission_of_the_role(enforced: Account):
    failures = enforced.queue()
    executing = role(enforced)
    function = executing.function("subject.fail")
    enforced.lambda_.put_function_event_invoke_config(
        FunctionName=function.name,
        MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": failures.arn}},
    )
    function.invoke({"n": 1}, InvocationType="Event")
    assert total(enforced, function, "DestinationDeliveryFailures", 1) == 1
    assert failures.is_empty()
    executing.may(allow("sqs:SendMessage", failures.arn))
    function.invoke({"n": 2}, InvocationType="Event")
    assert failures.receive()["requestPayload"] == {"n": 2}


def test_6_3_6_a_mapping_polls_with_the_permission_of_the_role(enforced: Account):
    source, reports = enforced.queue(), enforced.queue()
    polling = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
    executing = role(enforced).may(
        allow(polling, source.arn), allow("sqs:SendMessage", reports.arn)
    )
    function = enforced.function(
        "batches.keep", {"REPORTS": reports.url}, Role=executing.arn, Timeout=10
    )
    made = enforced.lambda_.create_event_source_mapping(
        EventSourceArn=source.arn, FunctionName=function.name
    )
    source.sqs.send_message(QueueUrl=source.url, MessageBody="first")
    assert reports.receive() == ["first"]
    executing.may(allow("sqs:SendMessage", reports.arn))
    source.sqs.send_message(QueueUrl=source.url, MessageBody="second")

    def problem() -> str | None:
        found = enforced.lambda_.get_event_source_mapping(UUID=made["UUID"])
        shown = str(found.get("LastProcessingResult"))
        return shown if shown.startswith("PROBLEM") else None

    assert "not authorized to perform: sqs:ReceiveMessage" in eventually(problem)
    executing.may(allow(polling, source.arn), allow("sqs:SendMessage", reports.arn))
    assert reports.receive() == ["second"]
