"""Functions that X-Ray gets traces of, by its own SDK."""

from __future__ import annotations

import os


def handler(event, context):
    """Do two things, one in the other; then fail if told to."""
    from aws_xray_sdk.core import xray_recorder

    with xray_recorder.in_subsegment("outer") as outer:
        outer.put_annotation("document_id", event["id"])
        with xray_recorder.in_subsegment("inner"):
            pass
    if event.get("fail"):
        raise ValueError(event["fail"])
    return os.environ["_X_AMZN_TRACE_ID"]  # noqa: TID251


def header(event, context):
    return os.environ["_X_AMZN_TRACE_ID"]  # noqa: TID251


def write(event, context):
    """Put an object as any SDK does in a function: with the trace of the invocation."""
    import boto3

    bucket = os.environ["BUCKET"]  # noqa: TID251
    boto3.client("s3").put_object(Bucket=bucket, Key=event["id"], Body=b"x")
    return os.environ["_X_AMZN_TRACE_ID"]  # noqa: TID251


def notified(event, context):
    return None
