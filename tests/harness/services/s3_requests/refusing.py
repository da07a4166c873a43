"""How a function of the endpoint refuses what it is given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from harness.errors import AwsError


def code_of(function: Callable[..., Any], *arguments: Any) -> str:
    """Return the code of the refusal, "" when there is none."""
    try:
        function(*arguments)
    except AwsError as error:
        return error.code
    return ""
