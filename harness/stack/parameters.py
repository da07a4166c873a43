"""Parameters of a template: declared and given values -> what `Ref` stands for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from harness.stack.errors import TemplateError

Values = dict[str, str | list[str]]

_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_LISTS = {"CommaDelimitedList", "List<Number>"}


def values(declared: Mapping[str, Mapping[str, Any]], given: Mapping[str, str]) -> Values:
    """Return the value of every declared parameter; lists for the list types.

    Raises `TemplateError` for a value that is missing, undeclared or against a declared rule.
    """
    for name in sorted(given.keys() - declared.keys()):
        raise TemplateError(f"the template declares no parameter {name}; remove it or correct it")
    texts = {name: _text(name, declaration, given) for name, declaration in declared.items()}
    for name, declaration in declared.items():
        _check(name, declaration, texts[name])
    return {name: _typed(declared[name], text) for name, text in texts.items()}


def _check(name: str, declaration: Mapping[str, Any], text: str) -> None:
    try:
        problems = list(_problems(declaration, text))
    except (TypeError, ValueError, re.error) as error:
        raise TemplateError(f"the declaration of the parameter {name} is not understood") from error
    for problem in problems:
        raise TemplateError(f"the parameter {name} {problem}")


def _text(name: str, declaration: Mapping[str, Any], given: Mapping[str, str]) -> str:
    value = given.get(name, declaration.get("Default"))
    if value is None:
        raise TemplateError(f"the parameter {name} has no value; give it with --parameter {name}=…")
    return str(value).lower() if isinstance(value, bool) else str(value)


def _typed(declaration: Mapping[str, Any], text: str) -> str | list[str]:
    if _type(declaration) in _LISTS or _type(declaration).startswith("List<AWS::EC2::"):
        return [item.strip() for item in text.split(",")]
    return text


def _type(declaration: Mapping[str, Any]) -> str:
    return str(declaration.get("Type", "String"))


def _problems(declaration: Mapping[str, Any], text: str) -> Iterator[str]:
    kind = _type(declaration)
    if kind.startswith("AWS::SSM::Parameter::"):
        yield f"has the type {kind}, which is not supported; pass the value itself"
    if kind == "Number":
        yield from _number_problems(declaration, text)
    elif kind == "String":
        yield from _string_problems(declaration, text)
    allowed = [str(value) for value in declaration.get("AllowedValues", [])]
    if allowed and text not in allowed:
        yield f"must be one of {', '.join(allowed)}"


def _number_problems(declaration: Mapping[str, Any], text: str) -> Iterator[str]:
    if not _NUMBER.fullmatch(text):
        yield "must be a number"
        return
    number = float(text)
    if number < float(declaration.get("MinValue", number)):
        yield f"must be at least {declaration['MinValue']}"
    if number > float(declaration.get("MaxValue", number)):
        yield f"must be at most {declaration['MaxValue']}"


def _string_problems(declaration: Mapping[str, Any], text: str) -> Iterator[str]:
    pattern = declaration.get("AllowedPattern")
    if pattern and not re.fullmatch(pattern, text):
        yield str(declaration.get("ConstraintDescription", f"must match {pattern}"))
    if len(text) < int(declaration.get("MinLength", 0)):
        yield f"must have at least {declaration['MinLength']} characters"
    if len(text) > int(declaration.get("MaxLength", len(text))):
        yield f"must have at most {declaration['MaxLength']} characters"
