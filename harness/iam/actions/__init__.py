"""What a call needs: the actions and resources that policies are asked about."""

from __future__ import annotations

from harness.call import Call
from harness.iam.actions.asked import Asked, Request
from harness.iam.actions.bedrock import bedrock_actions
from harness.iam.actions.lambda_ import lambda_actions
from harness.iam.actions.resources import resources
from harness.iam.actions.s3 import s3_actions

# Where an action's prefix is not the service's signing name.
PREFIXES = {"monitoring": "cloudwatch", "email": "ses", "application-autoscaling": "autoscaling"}
_BATCHES = {
    "sqs": {
        "SendMessageBatch": "SendMessage",
        "DeleteMessageBatch": "DeleteMessage",
        "ChangeMessageVisibilityBatch": "ChangeMessageVisibility",
    },
    "sns": {"PublishBatch": "Publish"},
}
# Anybody with credentials may ask who they are.
_FREE = frozenset({("sts", "GetCallerIdentity"), ("sts", "GetSessionToken")})
# An API's routes have authorizers of their own; ours has nobody to protect.
_OPEN = frozenset({"execute-api", "harness"})


def reads_body(call: Call) -> bool:
    """Tell whether what a call is about stands in its body."""
    if call.service == "lambda":
        return call.operation == "CreateFunction"
    return call.service not in ("s3", "bedrock", "apigateway", *_OPEN)


def needed(call: Call, request: Request, region: str) -> list[Asked] | None:
    """Return what `call` needs, all of it; `request`: its decoded body or form, where read.

    None for an operation that is not recognised: nobody can say what it needs.
    """
    if call.service in _OPEN or (call.service, call.operation) in _FREE:
        return []
    if call.service == "apigateway":
        arn = f"arn:aws:apigateway:{region}::{call.path}"
        return [Asked(f"apigateway:{call.method}", arn)]
    if not call.operation:
        return None
    if call.service == "s3":
        return s3_actions(call)
    if call.service == "bedrock":
        return bedrock_actions(call, region)
    if call.service == "lambda":
        return lambda_actions(call, request, region)
    return _by_name(call, request, region)


def _by_name(call: Call, request: Request, region: str) -> list[Asked]:
    name = _BATCHES.get(call.service, {}).get(call.operation, call.operation)
    action = f"{PREFIXES.get(call.service, call.service)}:{name}"
    return [Asked(action, arn) for arn in resources(call.service, name, request, region)]
