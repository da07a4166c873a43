"""A function as the tests of this folder know it, and the answers of the Lambda API about it."""

from __future__ import annotations

from typing import Any

from harness.services.lambda_.function import Function, describe

REGION = "ap-northeast-1"
ARN = f"arn:aws:lambda:{REGION}:123456789012:function:f"


def answer(**configuration: Any) -> dict[str, Any]:
    """Return what GetFunction answers; `configuration` replaces members of a zip function's."""
    return {
        "Configuration": {
            "FunctionName": "f",
            "FunctionArn": ARN,
            "Runtime": "python3.12",
            "Handler": "h.handler",
            "PackageType": "Zip",
            "CodeSha256": "W68lZGF2KfkzNQ5jIO1QwX/SjQZgpyUZMnEyutRoHAE=",
            "MemorySize": 256,
            "Timeout": 7,
            "Version": "$LATEST",
            "State": "Active",
            "LastUpdateStatus": "Successful",
            **configuration,
        },
        "Code": {"Location": "https://…"},
    }


def function(**configuration: Any) -> Function:
    return describe(answer(**configuration))
