"""Writes a preview of every CSV file that is uploaded: its columns and its first rows."""

import csv
import io
import json
import logging
import os
import tempfile
from pathlib import Path
from urllib.parse import unquote_plus

import boto3
from formats import row_limit

logger = logging.getLogger()
logger.setLevel(logging.INFO)

s3 = boto3.client("s3")
BUCKET = os.environ["PREVIEW_BUCKET"]


def preview(path):
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {
        "columns": list(rows[0]) if rows else [],
        "rows": rows[: row_limit()],
        "total": len(rows),
    }


def lambda_handler(event, context):
    print("Loading", len(event["Records"]), "record(s)")
    written = []
    for record in event["Records"]:
        bucket = record["s3"]["bucket"]["name"]
        key = unquote_plus(record["s3"]["object"]["key"])
        logger.info("previewing s3://%s/%s", bucket, key)
        with tempfile.TemporaryDirectory() as directory:
            path = Path(directory) / "source.csv"
            s3.download_file(bucket, key, str(path))
            body = io.BytesIO(json.dumps(preview(path), ensure_ascii=False).encode())
        target = f"previews/{key}.json"
        metadata = {
            "request-id": context.aws_request_id,
            "function": f"{context.function_name}:{context.function_version}",
            "initialized": os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"],
        }
        s3.upload_fileobj(body, BUCKET, target, ExtraArgs={"Metadata": metadata})
        written.append(target)
    logger.info("%d ms left", context.get_remaining_time_in_millis())
    return {"statusCode": 200, "written": written}
