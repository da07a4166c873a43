"""The permissions that a model call needs (aws-behaviour §8.6.3; pure)."""

from __future__ import annotations

import re
from urllib.parse import unquote

from harness.aws import ACCOUNT
from harness.call import Call
from harness.iam.actions.asked import Asked

_MODEL = re.compile(r"^/model/([^/]+)/")
_PROFILE = re.compile(r"^(?P<area>us|us-gov|eu|apac|jp|au|ca|global)\.(?P<model>.+)$")
_STREAMS = ("InvokeModelWithResponseStream", "ConverseStream")


def bedrock_actions(call: Call, region: str) -> list[Asked] | None:
    """Return what a call of a model needs, None for any other call.

    That is the model, or an inference profile and the models behind it; of a geographic profile
    the model is asked for in the caller's region only.
    """
    found = _MODEL.match(call.path)
    if found is None:
        return None
    streams = call.operation in _STREAMS
    action = "bedrock:InvokeModelWithResponseStream" if streams else "bedrock:InvokeModel"
    model = unquote(found.group(1))
    if model.startswith("arn:") and ":inference-profile/" not in model:
        return [Asked(action, model)]
    name = model.rpartition("/")[2]
    profile = _PROFILE.match(name)
    if not profile:
        return [Asked(action, _model(region, name))]
    arn = f"arn:aws:bedrock:{region}:{ACCOUNT}:inference-profile/{name}"
    needed = [Asked(action, arn), Asked(action, _model(region, profile["model"]))]
    if profile["area"] == "global":
        anywhere = {"aws:requestedregion": ("unspecified",)}
        needed.append(Asked(action, _model("", profile["model"]), context=anywhere))
    return needed


def _model(region: str, name: str) -> str:
    return f"arn:aws:bedrock:{region}::foundation-model/{name}"
