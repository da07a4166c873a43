"""The permissions that operations of the Lambda API need (pure)."""

from __future__ import annotations

import re
from urllib.parse import unquote

from harness.aws import ACCOUNT
from harness.call import Call
from harness.iam.actions.asked import Asked, Request

_ACTIONS = {
    "Invoke": "InvokeFunction",
    "InvokeAsync": "InvokeFunction",
    "InvokeWithResponseStream": "InvokeFunction",
    "GetLayerVersionByArn": "GetLayerVersion",
}
_WITHOUT_RESOURCE = frozenset(
    {
        "CreateEventSourceMapping",
        "GetAccountSettings",
        "ListCodeSigningConfigs",
        "ListEventSourceMappings",
        "ListFunctions",
        "ListLayers",
    }
)
_FUNCTION = re.compile(r"^/20[\d-]+/functions/([^/]+)")
_MAPPING = re.compile(r"^/20[\d-]+/event-source-mappings/([^/]+)")
_TAGGED = re.compile(r"^/20[\d-]+/tags/([^/]+)")


def lambda_actions(call: Call, request: Request, region: str) -> list[Asked]:
    """Return what `call` needs; `request` is the decoded body of CreateFunction, else {}."""
    name = _ACTIONS.get(call.operation, call.operation)
    return [Asked(f"lambda:{name}", _resource(call, request, region))]


def _resource(call: Call, request: Request, region: str) -> str | None:
    if call.operation in _WITHOUT_RESOURCE:
        return "*"
    if found := _FUNCTION.match(call.path):
        return function_arn(unquote(found[1]), region, call.parameters().get("Qualifier", ""))
    if found := _MAPPING.match(call.path):
        return f"arn:aws:lambda:{region}:{ACCOUNT}:event-source-mapping:{found[1]}"
    if found := _TAGGED.match(call.path):
        return unquote(found[1])
    if call.operation == "CreateFunction" and isinstance(request.get("FunctionName"), str):
        return function_arn(request["FunctionName"], region)
    return None


def function_arn(reference: str, region: str, qualifier: str = "") -> str:
    """Return the ARN of a function's name, partial ARN or ARN, with its qualifier."""
    name = reference.rpartition("function:")[2]
    if name.split(":")[0] == ACCOUNT:
        name = name.partition(":")[2]
    arn = f"arn:aws:lambda:{region}:{ACCOUNT}:function:{name}"
    return f"{arn}:{qualifier}" if qualifier and ":" not in name else arn
