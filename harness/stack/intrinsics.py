"""Intrinsic functions: which names a value refers to, and what it stands for."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from harness.stack.errors import TemplateError

_VARIABLE = re.compile(r"\$\{([^}]+)\}")
_CONDITION_FUNCTIONS = {"Fn::And", "Fn::Equals", "Fn::If", "Fn::Not", "Fn::Or"}


@dataclass(frozen=True)
class Scope:
    """What the names in a template stand for.

    values: what `Ref` answers: parameters, pseudo-parameters, physical ids of resources.
    attributes: what `Fn::GetAtt` answers, by logical id and attribute.
    mappings: the section Mappings.
    zones: region -> names of its availability zones ("" means the stack's own region).
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    attributes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    mappings: Mapping[str, Any] = field(default_factory=dict)
    zones: Callable[[str], list[str]] = lambda _region: []


def function_name(value: Any) -> str:
    """Return the intrinsic function that `value` calls ("Ref", "Fn::Sub"), else ""."""
    if not isinstance(value, dict) or len(value) != 1:
        return ""
    key = str(next(iter(value)))
    return key if key == "Ref" or key.startswith("Fn::") else ""


@contextmanager
def well_formed(name: str) -> Iterator[None]:
    """Say which function it is when its arguments do not have the form it needs."""
    try:
        yield
    except (TypeError, ValueError) as error:
        raise TemplateError(f"{name} does not have the arguments it needs") from error


def references(value: Any) -> Iterator[tuple[str, str]]:
    """Yield (name, attribute) of everything `value` refers to; attribute is "" for a `Ref`.

    Raises `TemplateError` for a function that is not supported.
    """
    name = function_name(value)
    if name and name not in _FUNCTIONS and name not in _CONDITION_FUNCTIONS:
        raise TemplateError(f"{name} is not supported; write the value without it")
    if name == "Ref":
        yield str(value["Ref"]), ""
    elif name == "Fn::GetAtt":
        with well_formed(name):
            yield _attribute(value[name])
    elif name == "Fn::Sub":
        with well_formed(name):
            yield from _sub_references(value[name])
    elif isinstance(value, dict):
        for item in value.values():
            yield from references(item)
    elif isinstance(value, list):
        for item in value:
            yield from references(item)


def resolve(value: Any, scope: Scope) -> Any:
    """Return `value` with every intrinsic function replaced by what it stands for.

    Raises `TemplateError` for a name that stands for nothing.
    """
    if name := function_name(value):
        if name not in _FUNCTIONS:
            raise TemplateError(f"{name} is not supported here; write the value without it")
        with well_formed(name):
            return _FUNCTIONS[name](value[name], scope)
    if isinstance(value, dict):
        return {key: resolve(item, scope) for key, item in value.items()}
    if isinstance(value, list):
        return [resolve(item, scope) for item in value]
    return value


def _sub_parts(argument: Any) -> tuple[str, dict[str, Any]]:
    text, variables = (argument, {}) if isinstance(argument, str) else argument
    return text, variables


def _sub_references(argument: Any) -> Iterator[tuple[str, str]]:
    text, variables = _sub_parts(argument)
    yield from references(variables)
    for name in _VARIABLE.findall(text):
        if name not in variables and not name.startswith("!"):
            logical_id, _, attribute = name.partition(".")
            yield logical_id, attribute


def _attribute(argument: Any) -> tuple[str, str]:
    if isinstance(argument, str):
        argument = argument.split(".", 1)
    logical_id, attribute = argument
    return str(logical_id), str(attribute)


def _ref(argument: Any, scope: Scope) -> Any:
    if argument not in scope.values:
        raise TemplateError(f"Ref names {argument}, which is neither a parameter nor a resource")
    return scope.values[argument]


def _get_att(argument: Any, scope: Scope) -> Any:
    logical_id, attribute = _attribute(argument)
    try:
        return scope.attributes[logical_id][attribute]
    except KeyError as error:
        raise TemplateError(f"there is no attribute {logical_id}.{attribute}") from error


def _sub(argument: Any, scope: Scope) -> str:
    text, variables = _sub_parts(argument)
    variables = resolve(variables, scope)

    def replacement(match: re.Match[str]) -> str:
        name = match[1]
        if name.startswith("!"):
            return f"${{{name[1:]}}}"
        if name in variables:
            return _text(variables[name], name)
        function = _get_att if "." in name else _ref
        return _text(function(name, scope), name)

    return _VARIABLE.sub(replacement, text)


def _join(argument: Any, scope: Scope) -> str:
    delimiter, items = argument
    return str(delimiter).join(_text(item, "Fn::Join") for item in resolve(items, scope))


def _split(argument: Any, scope: Scope) -> list[str]:
    delimiter, text = argument
    return str(resolve(text, scope)).split(delimiter)


def _select(argument: Any, scope: Scope) -> Any:
    index, items = resolve(argument, scope)
    try:
        return items[int(index)]
    except IndexError as error:
        raise TemplateError(f"Fn::Select asks for item {index} of {len(items)}") from error


def _find_in_map(argument: Any, scope: Scope) -> Any:
    name, first, second = resolve(argument, scope)
    try:
        return scope.mappings[name][first][second]
    except KeyError as error:
        raise TemplateError(f"Mappings have no {name}.{first}.{second}") from error


def _base64(argument: Any, scope: Scope) -> str:
    return base64.b64encode(str(resolve(argument, scope)).encode()).decode()


def _zones(argument: Any, scope: Scope) -> list[str]:
    return scope.zones(resolve(argument, scope))


def _text(value: Any, where: str) -> str:
    if isinstance(value, (dict, list)):
        raise TemplateError(f"{where} stands for a list or an object where text is needed")
    return str(value).lower() if isinstance(value, bool) else str(value)


_FUNCTIONS: dict[str, Callable[[Any, Scope], Any]] = {
    "Ref": _ref,
    "Fn::Base64": _base64,
    "Fn::FindInMap": _find_in_map,
    "Fn::GetAZs": _zones,
    "Fn::GetAtt": _get_att,
    "Fn::Join": _join,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::Sub": _sub,
}
