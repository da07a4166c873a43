"""What the endpoint tells about itself, beside the AWS API: `/_harness/…`."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import httpx

from harness.environment import Environment
from harness.errors import EnvironmentFailedError

_LONG_POLL_S = 30.0


def status(environment: Environment) -> dict[str, Any]:
    """Return services, functions, findings, limits, database and memory as they are now."""
    try:
        with httpx.Client(base_url=environment.endpoint_url, trust_env=False) as client:
            answer: dict[str, Any] = client.get("/_harness/status").raise_for_status().json()
            return answer
    except httpx.HTTPError as error:
        raise unanswered(environment.endpoint_url, error) from error


async def newer_log_events(environment: Environment, group: str, after: int) -> bool:
    """Wait until the log group has events newer than `after` (ms since the epoch).

    Returns whether it has; False after the 20 s that the endpoint waits for them.
    """
    parameters: dict[str, str | int] = {"group": group, "after": after}
    try:
        async with httpx.AsyncClient(
            base_url=environment.endpoint_url, timeout=_LONG_POLL_S, trust_env=False
        ) as client:
            answer = await client.get("/_harness/logs/wait", params=parameters)
            return answer.raise_for_status().status_code != HTTPStatus.NO_CONTENT
    except httpx.HTTPError as error:
        raise unanswered(environment.endpoint_url, error) from error


def why(
    environment: Environment, bucket: str, key: str, after: int | None = None
) -> dict[str, Any]:
    """Return the story of an object; with `after`, once it is longer (or after 20 s as it is)."""
    parameters: dict[str, str | int] = {"bucket": bucket, "key": key}
    if after is not None:
        parameters["after"] = after
    try:
        with httpx.Client(
            base_url=environment.endpoint_url, timeout=_LONG_POLL_S, trust_env=False
        ) as client:
            answer: dict[str, Any] = (
                client.get("/_harness/why", params=parameters).raise_for_status().json()
            )
            return answer
    except httpx.HTTPError as error:
        raise unanswered(environment.endpoint_url, error) from error


def unanswered(url: str, error: Exception) -> EnvironmentFailedError:
    reason = str(error) or type(error).__name__
    return EnvironmentFailedError(
        f"the environment does not answer at {url}: {reason}; "
        "run `harness down` and start it again with `harness up`"
    )
