"""Handlers that cause their own next invocation, through the SDK as AWS's detection needs it."""

from __future__ import annotations

import json
from typing import Any

import boto3
from queues import report
from settings import ENDPOINT, ENVIRONMENT

_lambda = boto3.client("lambda", endpoint_url=ENDPOINT)
_sns = boto3.client("sns", endpoint_url=ENDPOINT)
_sqs = boto3.client("sqs", endpoint_url=ENDPOINT)
_s3 = boto3.client("s3", endpoint_url=ENDPOINT)


def invoke_myself(event: Any, context: Any) -> None:
    """Invoke this function once more, at most `event["left"]` times."""
    report(event["left"])
    if event["left"]:
        _lambda.invoke(
            FunctionName=context.function_name,
            InvocationType="Event",
            Payload=json.dumps({"left": event["left"] - 1}),
        )


def invoke_then_call_myself(event: Any, context: Any) -> None:
    """Invoke this function `event` times, the last time synchronously; report how that fails."""
    if event > 1:
        payload = json.dumps(event - 1)
        _lambda.invoke(FunctionName=context.function_name, InvocationType="Event", Payload=payload)
        return
    try:
        _lambda.invoke(FunctionName=context.function_name, Payload="1")
    except _lambda.exceptions.RecursiveInvocationException as error:
        report(error.response["Error"])


def publish(event: Any, context: Any) -> None:
    """Tell the topic that this function is subscribed to."""
    report("published")
    _sns.publish(TopicArn=ENVIRONMENT["TOPIC"], Message="again")


def write_again(event: Any, context: Any) -> None:
    """Write the next object into the bucket whose objects start this function."""
    (record,) = event["Records"]
    number = int(record["s3"]["object"]["key"]) + 1
    _s3.put_object(Bucket=record["s3"]["bucket"]["name"], Key=str(number), Body=b"again")


def send_again(event: Any, context: Any) -> None:
    """Send the next number to the queue whose messages start this function."""
    (record,) = event["Records"]
    number = int(record["body"])
    report(number)
    _sqs.send_message(QueueUrl=ENVIRONMENT["SOURCE"], MessageBody=str(number + 1))
