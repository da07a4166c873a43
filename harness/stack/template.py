"""Read a CloudFormation or SAM template: YAML or JSON text -> plain data in the long form."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from harness.stack.errors import TemplateError
from harness.stack.intrinsics import function_name
from harness.stack.properties import Leaf, MapOf, Shape, unhandled

Template = dict[str, Any]

_PARAMETER = (
    "AllowedPattern",
    "ConstraintDescription",
    "Default",
    "Description",
    "MaxLength",
    "MaxValue",
    "MinLength",
    "MinValue",
    "NoEcho",
    "Type",
)
_SECTIONS: Shape = {
    "AWSTemplateFormatVersion": Leaf.VALUE,
    "Conditions": MapOf(MapOf(Leaf.VALUE)),
    "Description": Leaf.VALUE,
    "Globals": MapOf(MapOf(Leaf.VALUE)),
    "Mappings": MapOf(MapOf(MapOf(Leaf.VALUE))),
    "Metadata": MapOf(Leaf.VALUE),
    "Outputs": MapOf({"Condition": Leaf.VALUE, "Description": Leaf.VALUE, "Value": Leaf.VALUE}),
    "Parameters": MapOf({**dict.fromkeys(_PARAMETER, Leaf.VALUE), "AllowedValues": [Leaf.VALUE]}),
    "Resources": MapOf(MapOf(Leaf.VALUE)),
    "Transform": Leaf.VALUE,
}


class _Loader(yaml.CSafeLoader):
    """YAML as CloudFormation reads it: `!Ref x` is a function and 2012-10-17 is not a date."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - the attribute PyYAML reads
        first: [rule for rule in rules if rule[0] != "tag:yaml.org,2002:timestamp"]
        for first, rules in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }


def _function(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    value = _plain(loader, node)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}": value}


def _plain(loader: _Loader, node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return _mapping(loader, node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return node.value


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[str] = set()
    scalars = (key for key, _ in node.value if isinstance(key, yaml.ScalarNode))
    for key in scalars:
        if key.value in seen:
            raise yaml.constructor.ConstructorError(
                None, None, f'"{key.value}" is there twice', key.start_mark
            )
        seen.add(key.value)
    loader.flatten_mapping(node)
    return loader.construct_mapping(node, deep=True)


_Loader.add_multi_constructor("!", _function)
_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


def read(path: Path) -> Template:
    """Return the template in `path`.

    Raises `TemplateError` when the file cannot be read or is not a template.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise TemplateError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise TemplateError(f"{path} is not UTF-8 text") from error
    return parse(text, path.name)


def parse(text: str, name: str) -> Template:
    """Return the template that `text` spells; `name` is what messages call it."""
    try:
        template = yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe loader
    except yaml.YAMLError as error:
        raise TemplateError(f"{_where(error, name)}: {_what(error)}") from error
    for problem in _problems(template):
        raise TemplateError(f"{name} is not a template: {problem}")
    return template  # type: ignore[no-any-return]  # _problems() has looked


def _where(error: yaml.YAMLError, name: str) -> str:
    mark = getattr(error, "problem_mark", None)
    return f"{name}:{mark.line + 1}:{mark.column + 1}" if mark else name


def _what(error: yaml.YAMLError) -> str:
    return getattr(error, "problem", None) or " ".join(str(error).split())


def _problems(template: Any) -> Iterator[str]:
    if not isinstance(template, dict):
        yield "it must be a mapping with a section Resources"
        return
    for section in filter(function_name, template.values()):
        yield f"{function_name(section)} cannot stand for a whole section"
    for path, problem in unhandled(template, _SECTIONS):
        yield f"{path} {problem}"
    if not template.get("Resources"):
        yield "the section Resources is missing or empty"
        return
    for logical_id, resource in template["Resources"].items():
        if not isinstance(resource, dict) or not isinstance(resource.get("Type"), str):
            yield f"the resource {logical_id} has no Type"
    for name, output in template.get("Outputs", {}).items():
        if "Value" not in output:
            yield f"the output {name} has no Value"
