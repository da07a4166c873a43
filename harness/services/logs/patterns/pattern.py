"""A filter pattern compiled: which of its three kinds it is, and what it makes of a message."""

from __future__ import annotations

from collections.abc import Callable

from harness.errors import AwsError
from harness.services.logs.patterns import delimited, properties, words

Values = dict[str, str]
Match = Callable[[str], Values | None]


def compile_pattern(text: str) -> Match:
    """Return what extracts a message's values by their selectors, None where it does not match.

    Raises `AwsError` InvalidParameterException for a pattern that is none.
    """
    text = text.strip()
    try:
        if not text:
            return lambda _message: {}
        if text.startswith("{"):
            return properties.compile_properties(text)
        if text.startswith("["):
            return delimited.compile_fields(text)
        return words.compile_words(text)
    except (ValueError, RecursionError) as error:
        reason = f"Invalid filter pattern: {error}"
        raise AwsError("InvalidParameterException", reason) from None
