"""Conditions: which are true, and what a template looks like once `Fn::If` is decided."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from harness.stack.errors import TemplateError
from harness.stack.intrinsics import Scope, function_name, resolve, well_formed

_NOTHING = object()


def evaluate(conditions: Mapping[str, Any], scope: Scope) -> dict[str, bool]:
    """Return what each condition of the section Conditions comes to."""
    return {name: _named(name, conditions, scope, ()) for name in conditions}


def _named(name: str, conditions: Mapping[str, Any], scope: Scope, asking: tuple[str, ...]) -> bool:
    if name not in conditions:
        raise TemplateError(f"there is no condition {name} in the section Conditions")
    if name in asking:
        raise TemplateError(f"conditions depend on one another: {' -> '.join((*asking, name))}")
    return _holds(conditions[name], conditions, scope, (*asking, name))


def _holds(
    value: Any, conditions: Mapping[str, Any], scope: Scope, asking: tuple[str, ...]
) -> bool:
    if isinstance(value, dict) and len(value) == 1:
        function, argument = next(iter(value.items()))
        if function == "Condition":
            return _named(argument, conditions, scope, asking)
        if function == "Fn::Equals":
            with well_formed(function):
                left, right = resolve(argument, scope)
            return str(left) == str(right)
        if function in _COMBINATIONS:
            parts = [_holds(part, conditions, scope, asking) for part in argument]
            return _COMBINATIONS[function](parts)
    raise TemplateError(f"{value} is not a condition; use Fn::Equals, Fn::And, Fn::Or or Fn::Not")


_COMBINATIONS: dict[str, Callable[[list[bool]], bool]] = {
    "Fn::And": all,
    "Fn::Not": lambda parts: not parts[0],
    "Fn::Or": any,
}


def decided(value: Any, conditions: Mapping[str, bool]) -> Any:
    """Return `value` with each `Fn::If` replaced by its branch and `AWS::NoValue` left out."""
    settled = _settled(value, conditions)
    return {} if settled is _NOTHING else settled


def _settled(value: Any, conditions: Mapping[str, bool]) -> Any:
    if value == {"Ref": "AWS::NoValue"}:
        return _NOTHING
    if function_name(value) == "Fn::If":
        with well_formed("Fn::If"):
            name, if_true, if_false = value["Fn::If"]
        if name not in conditions:
            raise TemplateError(f"Fn::If names the condition {name}, which is not declared")
        return _settled(if_true if conditions[name] else if_false, conditions)
    if isinstance(value, dict):
        items = {key: _settled(item, conditions) for key, item in value.items()}
        return {key: item for key, item in items.items() if item is not _NOTHING}
    if isinstance(value, list):
        settled = [_settled(item, conditions) for item in value]
        return [item for item in settled if item is not _NOTHING]
    return value
