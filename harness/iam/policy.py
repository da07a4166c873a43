"""Policy documents as statements that can be asked (pure; IAM policy grammar).

A statement that is not of the grammar is left out and named among the problems, and its document
allows nothing any more: what nobody can read must not grant. Its denials still hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson

WITH_VARIABLES = "2012-10-17"


class MalformedError(ValueError):
    """A statement does not follow the policy grammar."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One line of a Condition block: `operator: {key: values}`."""

    operator: str
    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """inverted_…: the element was NotAction, NotResource, NotPrincipal.

    principals: (kind, value) pairs, `("AWS", "*")`; None in identity policies. variables: whether
    `${…}` is expanded, which the document's version decides.
    """

    allows: bool
    actions: tuple[str, ...]
    inverted_actions: bool
    resources: tuple[str, ...]
    inverted_resources: bool
    principals: tuple[tuple[str, str], ...] | None
    inverted_principals: bool
    conditions: tuple[Condition, ...]
    variables: bool


@dataclass(frozen=True, slots=True)
class Policy:
    """problems: what could not be read, in words."""

    statements: tuple[Statement, ...] = ()
    problems: tuple[str, ...] = ()


def parse(document: str | bytes) -> Policy:
    """Return what a policy document says; never raises, whatever the document is."""
    try:
        content = orjson.loads(document)
    except orjson.JSONDecodeError as error:
        return Policy(problems=(f"not JSON: {error}",))
    if not isinstance(content, Mapping):
        return Policy(problems=("not an object",))
    variables = content.get("Version") == WITH_VARIABLES
    statements, problems = [], []
    for number, entry in enumerate(_listed(content.get("Statement", []))):
        try:
            statements.append(replace(_statement(entry), variables=variables))
        except MalformedError as error:
            problems.append(f"statement {number}: {error}")
    kept = (s for s in statements if not problems or not s.allows)
    return Policy(tuple(kept), tuple(problems))


def _statement(entry: Any) -> Statement:
    if not isinstance(entry, Mapping):
        raise MalformedError("not an object")
    effect = entry.get("Effect")
    if effect not in ("Allow", "Deny"):
        raise MalformedError("Effect must be Allow or Deny")
    actions, inverted_actions = _either(entry, "Action", _strings)
    resources, inverted_resources = _either(entry, "Resource", _strings)
    principals, inverted_principals = _either(entry, "Principal", _principals)
    if not actions:
        raise MalformedError("Action or NotAction is missing")
    if not resources and principals is None:
        raise MalformedError("Resource or NotResource is missing")
    return Statement(
        allows=effect == "Allow",
        actions=actions,
        inverted_actions=inverted_actions,
        resources=resources or ("*",),
        inverted_resources=inverted_resources,
        principals=principals,
        inverted_principals=inverted_principals,
        conditions=_conditions(entry.get("Condition", {})),
        variables=True,
    )


def _either(entry: Mapping[str, Any], name: str, read: Any) -> tuple[Any, bool]:
    """Return the element or its negation, and whether it was the negation."""
    negated = f"Not{name}"
    if name in entry and negated in entry:
        raise MalformedError(f"both {name} and {negated}")
    if negated in entry:
        return read(entry[negated]), True
    return (read(entry[name]) if name in entry else None), False


def _strings(value: Any) -> tuple[str, ...]:
    values = _listed(value)
    if not all(isinstance(item, str) for item in values):
        raise MalformedError("a list of strings was expected")
    return tuple(values)


def _principals(value: Any) -> tuple[tuple[str, str], ...]:
    if value == "*":
        return (("AWS", "*"),)
    if not isinstance(value, Mapping):
        raise MalformedError("Principal must be * or an object")
    return tuple((kind, item) for kind, items in value.items() for item in _strings(items))


def _conditions(block: Any) -> tuple[Condition, ...]:
    if not isinstance(block, Mapping):
        raise MalformedError("Condition must be an object")
    found = []
    for operator, keys in block.items():
        if not isinstance(keys, Mapping):
            raise MalformedError(f"Condition {operator} must be an object")
        found += [Condition(operator, key, _operands(values)) for key, values in keys.items()]
    return tuple(found)


def _operands(value: Any) -> tuple[str, ...]:
    values = _listed(value)
    if not all(isinstance(item, str | int | float | bool) for item in values):
        raise MalformedError("a condition compares with strings, numbers or booleans")
    return tuple(str(item).lower() if isinstance(item, bool) else str(item) for item in values)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
