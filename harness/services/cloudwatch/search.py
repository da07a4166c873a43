"""SEARCH expressions: which metrics a text like `{AWS/Lambda,FunctionName} Errors` means (pure).

Schema, words, quoted words and `Property="value"`, all of which have to hold; OR, NOT and
parentheses are refused by name.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from harness.services.cloudwatch.math.series import ExpressionError
from harness.services.cloudwatch.store import Metric

_SCHEMA = re.compile(r'\{\s*("[^"]*"|[^,}"]+)((?:\s*,\s*(?:"[^"]*"|[^,}"]+))*)\s*\}')
_TERM = re.compile(r'(?:([\w./-]+|"[^"]*")\s*=\s*)?("[^"]*"|[^\s"=(){}]+)')
_TOKEN = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
Condition = Callable[[Metric], bool]


def parse(text: str) -> Condition:
    """Return whether a metric is meant; raises `ExpressionError` for what is not understood."""
    conditions: list[Condition] = []
    rest = text
    if schema := _SCHEMA.search(text):
        conditions.append(_schema(schema))
        rest = text[: schema.start()] + " " + text[schema.end() :]
    if set("(){}") & set(rest):
        raise ExpressionError("parentheses in SEARCH are not emulated here")
    for key, value in _TERM.findall(rest):
        if not key and value in ("OR", "NOT"):
            raise ExpressionError(f"{value} in SEARCH is not emulated here")
        if key or value != "AND":
            conditions.append(_term(key.strip('"'), value))
    return lambda metric: all(condition(metric) for condition in conditions)


def _schema(found: re.Match[str]) -> Condition:
    namespace = found[1].strip().strip('"')
    names = [name.strip().strip('"') for name in found[2].split(",") if name.strip()]

    def fits(metric: Metric) -> bool:
        own = [name for name, _ in metric.dimensions]
        return metric.namespace == namespace and own == sorted(names)

    return fits


def _term(key: str, value: str) -> Condition:
    plain = value.strip('"')
    matches = _equal if value.startswith('"') else _contained

    def holds(metric: Metric) -> bool:
        return any(matches(plain, text) for text in _texts(metric, key))

    return holds


def _texts(metric: Metric, key: str) -> list[str]:
    properties = {
        "MetricName": metric.name,
        "Namespace": metric.namespace,
        **dict(metric.dimensions),
    }
    if key:
        return [text for name, text in properties.items() if name.lower() == key.lower()]
    return [*properties.values(), *dict(metric.dimensions)]


def _equal(term: str, text: str) -> bool:
    return term == text


def _contained(term: str, text: str) -> bool:
    """Return whether all words of a term are words of a text, whatever their case."""
    words = {word.lower() for word in _TOKEN.findall(text)}
    return term.lower() == text.lower() or {w.lower() for w in _TOKEN.findall(term)} <= words
