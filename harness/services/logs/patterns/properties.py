"""Patterns of JSON: `{ $.level = "ERROR" && ($.ms > 100 || $.retry IS TRUE) }` (pure)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import orjson

from harness.services.logs.patterns.value import comparison

_TOKEN = re.compile(
    r"""\s*(?:(?P<selector>\$(?:\.[\w\-]+|\[\d+\]|\[\*\]|\.\*|\['[^']*'\])*)
    |(?P<word>IS|NOT|EXISTS|NULL|TRUE|FALSE)\b
    |(?P<sign>!=|<=|>=|=|<|>)
    |(?P<join>&&|\|\|)
    |(?P<bracket>[()])
    |(?P<value>"(?:[^"\\]|\\.)*"|%[^%]*%|[^\s()&|=<>!"]+))""",
    re.VERBOSE | re.IGNORECASE,
)
_STEP = re.compile(r"\.([\w\-]+|\*)|\[(\d+|\*)\]|\['([^']*)'\]")
_DEEPEST = 30
Condition = Callable[[Any], bool]


def compile_properties(text: str) -> Callable[[str], dict[str, str] | None]:
    """Return what extracts the selected values of a message; raises `ValueError`."""
    if not text.endswith("}"):
        raise ValueError("} is missing")
    reader = _Reader(list(_tokens(text[1:-1])))
    condition = reader.either(0)
    if reader.token() != ("", ""):
        raise ValueError(f"{reader.token()[1]} was not expected")
    selectors = {selector: _steps(selector) for selector in reader.selectors}

    def match(message: str) -> dict[str, str] | None:
        if not message.lstrip().startswith(("{", "[")):
            return None
        try:
            root = orjson.loads(message)
        except orjson.JSONDecodeError:
            return None
        if not condition(root):
            return None
        return {name: _shown(root, steps) for name, steps in selectors.items()}

    return match


def select(message: str, selector: str) -> str | None:
    """Return the text of a property of a JSON message, None when it has none."""
    try:
        found = list(_found(orjson.loads(message), _steps(selector)))
    except orjson.JSONDecodeError:
        return None
    return _text(found[0]) if found else None


def _shown(root: Any, steps: list[str | int]) -> str:
    return next((_text(value) for value in _found(root, steps)), "")


def _text(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    position = 0
    while text[position:].strip():
        found = _TOKEN.match(text, position)
        if not found or found.lastgroup is None:
            raise ValueError(f"{text[position:].strip()[:40]!r} was not expected")
        yield found.lastgroup, found[found.lastgroup]
        position = found.end()


def _steps(selector: str) -> list[str | int]:
    """Return the way to a property: names, positions, and "*" for all of either."""
    steps: list[str | int] = []
    for name, position, quoted in _STEP.findall(selector[1:]):
        if position and position != "*":
            steps.append(int(position))
        else:
            steps.append(name or quoted or position)
    return steps


def _found(value: Any, steps: list[str | int]) -> Iterator[Any]:
    """Yield every value at the end of a way."""
    if not steps:
        yield value
        return
    step, rest = steps[0], steps[1:]
    if step == "*" and isinstance(value, (list, dict)):
        for item in value if isinstance(value, list) else value.values():
            yield from _found(item, rest)
    elif isinstance(step, int):
        if isinstance(value, list) and step < len(value):
            yield from _found(value[step], rest)
    elif isinstance(value, dict) and step in value:
        yield from _found(value[step], rest)


class _Reader:
    """Reads conditions from tokens: `||` binds weaker than `&&`, brackets strongest."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens
        self._position = 0
        self.selectors: list[str] = []

    def token(self) -> tuple[str, str]:
        """Return kind and text of the next token, empty at the end."""
        at_end = self._position >= len(self._tokens)
        return ("", "") if at_end else self._tokens[self._position]

    def either(self, depth: int) -> Condition:
        conditions = [self._both(depth)]
        while self.token() == ("join", "||"):
            self._position += 1
            conditions.append(self._both(depth))
        return lambda root: any(condition(root) for condition in conditions)

    def _both(self, depth: int) -> Condition:
        conditions = [self._one(depth)]
        while self.token() == ("join", "&&"):
            self._position += 1
            conditions.append(self._one(depth))
        return lambda root: all(condition(root) for condition in conditions)

    def _one(self, depth: int) -> Condition:
        if self.token() != ("bracket", "("):
            return self._comparison()
        if depth > _DEEPEST:
            raise ValueError("nested too deeply")
        self._position += 1
        condition = self.either(depth + 1)
        if self._next() != ("bracket", ")"):
            raise ValueError(") is missing")
        return condition

    def _next(self) -> tuple[str, str]:
        token = self.token()
        self._position += 1
        return token

    def _comparison(self) -> Condition:
        kind, selector = self._next()
        if kind != "selector":
            raise ValueError(f"a property ($.name) was expected, not {selector or 'the end'}")
        self.selectors.append(selector)
        steps, (kind, word) = _steps(selector), self._next()
        if kind == "word":
            return self._is(word.upper(), steps)
        value_kind, wanted = self._next()
        if kind != "sign" or value_kind not in ("value", "word"):
            raise ValueError(f"a comparison was expected after {selector}")
        test = comparison(word, wanted)
        return lambda root: any(test(value) for value in _found(root, steps))

    def _is(self, word: str, steps: list[str | int]) -> Condition:
        if word == "EXISTS":
            return lambda root: any(True for _ in _found(root, steps))
        what = self._next()[1].upper()
        if word == "NOT" and what == "EXISTS":
            return lambda root: not any(True for _ in _found(root, steps))
        if word != "IS" or what not in ("NULL", "TRUE", "FALSE"):
            raise ValueError(f"{word} {what} was not expected")
        value = {"NULL": None, "TRUE": True, "FALSE": False}[what]
        return lambda root: any(found is value for found in _found(root, steps))
