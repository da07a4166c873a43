"""Bearer tokens as the login service would sign them."""

from __future__ import annotations

import json
import time
from typing import Any

import jwt

from scenarios.client import Pipeline

SECRET_NAME = "hr-chatbot/app-secrets"


def mint(pipeline: Pipeline, **claims: Any) -> str:
    """Return a token valid for an hour, signed with the application's key.

    `claims` replace those of the demo user; None removes one.
    """
    stored = pipeline.aws("secretsmanager").get_secret_value(SecretId=SECRET_NAME)
    secret = json.loads(stored["SecretString"])
    complete = {"sub": "demo-user", "exp": int(time.time()) + 3600, **claims}
    present = {name: value for name, value in complete.items() if value is not None}
    return jwt.encode(present, secret["secret_key"], algorithm=secret["algorithm"])
