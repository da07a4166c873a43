"""An application that has never heard of this project: deployed by boto3, and by a template."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.contracts.account import Account, eventually, unique

APPLICATION = Path(__file__).parent / "previews"
CSV = "name,部門\nA,人資\nB,財務\nC,法務\n"
PREVIEW = {
    "columns": ["name", "部門"],
    "rows": [{"name": "A", "部門": "人資"}, {"name": "B", "部門": "財務"}],
    "total": 3,
}


def previewed(account: Account, source: str, target: str) -> dict[str, Any]:
    """Upload a file and return the object that comes of it."""
    account.s3.put_object(Bucket=source, Key="in/員工 名單.csv", Body=CSV.encode())

    def found() -> dict[str, Any] | None:
        listed = account.s3.list_objects_v2(Bucket=target).get("Contents", [])
        keys = [item["Key"] for item in listed]
        return account.s3.get_object(Bucket=target, Key=keys[0]) if keys else None

    result = eventually(found)
    assert json.load(result["Body"]) == PREVIEW
    return result["Metadata"]


def archived() -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as opened:
        for source in (APPLICATION / "src").glob("*.py"):
            opened.write(source, source.name)
    return written.getvalue()


def test_2_a_function_of_somebody_else_s_runs(account: Account):
    source, target = account.bucket(), account.bucket()
    function = account.function(
        "app.lambda_handler",
        {"PREVIEW_BUCKET": target},
        Code={"ZipFile": archived()},
        Timeout=30,
    )
    account.notify(source, function)
    metadata = previewed(account, source, target)
    assert metadata["function"] == f"{function.name}:$LATEST"
    events = eventually(
        lambda: (
            [
                event["message"]
                for event in account.logs.filter_log_events(
                    logGroupName=f"/aws/lambda/{function.name}"
                )["events"]
                if "previewing" in event["message"]
            ]
            or None
        )
    )
    assert f"s3://{source}/in/員工 名單.csv" in events[0]


class Deployed:
    """The template applied by its own command; what it made is removed afterwards."""

    def __init__(self, account: Account) -> None:
        self.source, self.target = unique("source"), unique("previews")
        given = {"SourceBucketName": self.source, "PreviewBucketName": self.target}
        done = subprocess.run(
            [
                *(sys.executable, "-m", "harness.stack", str(APPLICATION / "template.yaml")),
                *("--endpoint-url", account.url, "--region", account.region),
                *("--stack-name", unique("stack")),
            ],
            input=json.dumps({"parameters": given}) + "\ngo\n",
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.stderr == ""
        self.last = json.loads(done.stdout.splitlines()[-1])
        assert self.last["event"] == "complete", self.last


@pytest.fixture
def deployed(account: Account) -> Iterator[Deployed]:
    made = Deployed(account)
    yield made
    for resource in made.last["resources"].values():
        if resource["type"] == "AWS::Lambda::Function":
            account.lambda_.delete_function(FunctionName=resource["physical_id"])


def test_2_a_sam_template_of_somebody_else_s_is_deployed(account: Account, deployed: Deployed):
    """Local code, an alias with provisioned concurrency, inline code, a dead-letter queue."""
    outputs = deployed.last["outputs"]
    alias = account.lambda_.get_function(FunctionName=outputs["PreviewAlias"])
    assert (alias["Configuration"]["Version"], alias["Configuration"]["Timeout"]) == ("1", 30)
    metadata = previewed(account, deployed.source, deployed.target)
    name = alias["Configuration"]["FunctionName"]
    assert metadata["function"] == f"{name}:1"
    assert metadata["initialized"] == "provisioned-concurrency"
    answer = account.lambda_.invoke(FunctionName=outputs["Health"])
    assert json.load(answer["Payload"]) == {"healthy": True, "name": outputs["Health"]}
