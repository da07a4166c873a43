"""The wildcards and variables of policy patterns: `*`, `?`, `${aws:username}` (pure).

What stands between two stars has a fixed length, so it is looked for once, from the left, and a
pattern of many stars costs no more than its length: policies come from users.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

Lookup = Callable[[str], str | None]

_TOKEN = re.compile(r"\$\{(?P<name>[^}]*)\}|[*?]")
_VARIABLE = re.compile(r"\$\{(?P<name>[^}]*)\}")
_DEFAULTED = re.compile(r"^\s*(?P<key>[^,]+?)\s*,\s*'(?P<default>.*)'\s*$")
_ANY = ""  # in a piece: the place of a `?`; no character of a text is empty


class UnknownVariableError(Exception):
    """The pattern names a variable that has no value for this request."""


def matches(pattern: str, text: str, lookup: Lookup | None = None) -> bool:
    """Tell whether `pattern` covers `text`; without `lookup`, `${…}` is plain text.

    Raises `UnknownVariableError` for a variable that `lookup` does not know and that names no
    default.
    """
    if pattern == "*":
        return True
    if lookup is None or "${" not in pattern:
        return _covers(_plain(pattern), text)
    return _covers(_pieces(pattern, lookup), text)


def expanded(text: str, lookup: Lookup | None) -> str:
    """Return `text` with its variables replaced and its stars left alone.

    Raises `UnknownVariableError` as `matches` does.
    """
    if lookup is None or "${" not in text:
        return text
    return _VARIABLE.sub(lambda found: _value(found["name"], lookup), text)


@lru_cache(maxsize=8192)
def _plain(pattern: str) -> list[re.Pattern[str]]:
    return _pieces(pattern, None)


def _pieces(pattern: str, lookup: Lookup | None) -> list[re.Pattern[str]]:
    """Return an expression of fixed length for each piece between two stars."""
    written = [""]
    for token in _tokens(pattern, lookup):
        if token is None:
            written.append("")
        else:
            written[-1] += re.escape(token) if token != _ANY else "."
    return [re.compile(piece, re.DOTALL) for piece in written]


def _tokens(pattern: str, lookup: Lookup | None) -> Iterator[str | None]:
    """Yield literal text, `_ANY` for a question mark and None for a star."""
    position = 0
    for token in _TOKEN.finditer(pattern):
        if token.start() > position:
            yield pattern[position : token.start()]
        position = token.end()
        if token["name"] is None:
            yield None if token[0] == "*" else _ANY
        elif value := token[0] if lookup is None else _value(token["name"], lookup):
            yield value
    if position < len(pattern):
        yield pattern[position:]


def _value(name: str, lookup: Lookup) -> str:
    if name in ("*", "?", "$"):
        return name
    defaulted = _DEFAULTED.match(name)
    value = lookup(defaulted["key"] if defaulted else name.strip())
    if value is None and defaulted:
        value = defaulted["default"]
    if value is None:
        raise UnknownVariableError(name)
    return value


def _covers(pieces: list[re.Pattern[str]], text: str) -> bool:
    first, last = pieces[0], pieces[-1]
    if len(pieces) == 1:
        return first.fullmatch(text) is not None
    found = first.match(text)
    for piece in pieces[1:-1]:
        found = found and piece.search(text, found.end())
    if found is None:
        return False
    # The last piece has a fixed length too, so it can only match at one place: the end.
    return _ends(last, text, found.end())


def _ends(piece: re.Pattern[str], text: str, start: int) -> bool:
    length = len(re.sub(r"\\(.)", r"\1", piece.pattern, flags=re.DOTALL))
    return len(text) - length >= start and piece.fullmatch(text, len(text) - length) is not None
