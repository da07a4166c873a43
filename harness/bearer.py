"""A bearer token for the API, made as the template's `Harness.BearerToken` section says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from harness.aws import json_answer, json_call
from harness.call import Handler
from harness.clock import Clock
from harness.errors import AwsError, EnvironmentFailedError

_DAY_S = 86_400


async def bearer_token(section: Mapping[str, Any], door: Handler, region: str, clock: Clock) -> str:
    """Return a token signed with the key in Secrets Manager; "" when the template names none.

    section: `{SecretId, SecretKey, Claims, ExpiresInSeconds}`.
    """
    if not section:
        return ""
    try:
        secret = await _secret(section["SecretId"], door, region)
    except AwsError as error:
        raise EnvironmentFailedError(f"Metadata.Harness.BearerToken: {error}") from error
    try:
        key = secret[section["SecretKey"]]
    except KeyError:
        raise EnvironmentFailedError(
            f"Metadata.Harness.BearerToken: the secret {section['SecretId']} has no member "
            f"{section['SecretKey']}; it has {', '.join(sorted(secret))}"
        ) from None
    import jwt  # brings a cryptography library that a start without a token does not need

    expires = int(clock.now()) + int(section.get("ExpiresInSeconds", _DAY_S))
    claims = {**section.get("Claims", {}), "exp": expires}
    return jwt.encode(claims, key, algorithm=str(secret.get("algorithm", "HS256")))


async def _secret(name: str, door: Handler, region: str) -> dict[str, Any]:
    call = json_call("secretsmanager", region, "secretsmanager.GetSecretValue", {"SecretId": name})
    answer = await json_answer(door, call)
    secret: dict[str, Any] = orjson.loads(answer["SecretString"])
    return secret
