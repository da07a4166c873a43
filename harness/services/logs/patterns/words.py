"""Patterns of words: all of them, none after `-`, any of those after `?` (pure).

A word is letters, digits and underscores; anything else has to be in quotes. Optional words beside
others mean nothing, as on AWS.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from harness.services.logs.patterns.value import regular_expression

_WORD = re.compile(r'\s*([?-]?)(?:"((?:[^"\\]|\\.)*)"|%([^%]*)%|(\w+))(?=\s|$)')
Has = Callable[[str], bool]


def compile_words(text: str) -> Callable[[str], dict[str, str] | None]:
    """Return what tells whether a message matches; raises `ValueError`."""
    by_sign: dict[str, list[Has]] = {"": [], "-": [], "?": []}
    position = 0
    while position < len(text):
        found = _WORD.match(text, position)
        if not found:
            raise ValueError(f"{text[position:].strip()[:40]!r} has to be in quotes")
        by_sign[found[1]].append(_test(*found.groups()[1:]))
        position = found.end()
    wanted, unwanted, optional = by_sign[""], by_sign["-"], by_sign["?"]
    if not wanted and not unwanted:
        return lambda message: {} if any(has(message) for has in optional) else None

    def match(message: str) -> dict[str, str] | None:
        fits = all(has(message) for has in wanted) and not any(has(message) for has in unwanted)
        return {} if fits else None

    return match


def _test(quoted: str | None, expression: str | None, word: str | None) -> Has:
    if expression is not None:
        return regular_expression(expression)
    term = word if word is not None else re.sub(r"\\(.)", r"\1", quoted or "")
    return lambda message: term in message
