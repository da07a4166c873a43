"""A template, checked and decided: what will be created, as data. No I/O.

Everything that can be known beforehand is refused here, before anything exists.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.aws import ACCOUNT
from harness.stack import resources, setup
from harness.stack.conditions import decided, evaluate
from harness.stack.errors import TemplateError, about
from harness.stack.images import FUNCTION, images
from harness.stack.intrinsics import Scope, references, resolve
from harness.stack.order import Dependencies, Order
from harness.stack.properties import Leaf, MapOf, Properties, Shape, unhandled
from harness.stack.resources import Resource
from harness.stack.template import Template

_DECLARATION: Shape = {
    "Condition": Leaf.VALUE,
    "DeletionPolicy": Leaf.VALUE,
    "DependsOn": Leaf.VALUE,
    "Metadata": MapOf(Leaf.VALUE),
    "Properties": MapOf(Leaf.VALUE),
    "Type": Leaf.VALUE,
    "UpdateReplacePolicy": Leaf.VALUE,
}


@dataclass(frozen=True)
class Planned:
    """One resource to be created; properties still contain references to other resources."""

    kind: Resource
    properties: Properties
    metadata: Mapping[str, Any]


@dataclass(frozen=True)
class Plan:
    """All that will be created.

    names: what parameters and pseudo-parameters stand for. outputs: logical id -> value.
    """

    resources: Mapping[str, Planned]
    dependencies: Dependencies
    names: Mapping[str, Any]
    mappings: Mapping[str, Any]
    outputs: Mapping[str, Any]
    harness: Mapping[str, Any]
    setup: Sequence[setup.Item] = ()

    def services(self) -> set[str]:
        """Return boto3's names of the services involved."""
        return {resources.service(planned.kind.TYPE) for planned in self.resources.values()}

    def images(self, directory: Path) -> dict[str, dict[str, Any]]:
        """Return what stands for each image (images.py); `directory` is the template's."""
        return images(
            (
                (self._known(logical_id, planned.properties), planned.metadata)
                for logical_id, planned in self.resources.items()
                if planned.kind.TYPE == FUNCTION
            ),
            directory,
        )

    def _known(self, logical_id: str, properties: Properties) -> Properties:
        image = {key: properties[key] for key in ("Code", "ImageConfig") if key in properties}
        if any(name in self.resources for name, _ in references(image)):
            raise TemplateError(
                "must be known before anything is created; use parameters instead of resources",
                logical_id=logical_id,
                property_path="ImageUri",
            )
        return dict(resolve(image, Scope(self.names, mappings=self.mappings)))


def pseudo_parameters(region: str, stack_name: str) -> dict[str, Any]:
    """Return what `AWS::Region` and its like stand for."""
    return {
        "AWS::AccountId": ACCOUNT,
        "AWS::NotificationARNs": [],
        "AWS::Partition": "aws",
        "AWS::Region": region,
        "AWS::StackId": f"arn:aws:cloudformation:{region}:{ACCOUNT}:stack/{stack_name}/local",
        "AWS::StackName": stack_name,
        "AWS::URLSuffix": "amazonaws.com",
    }


def plan(template: Template, names: Mapping[str, Any]) -> Plan:
    """Return what `template` comes to; `names` are its parameters and the pseudo-parameters.

    Raises `TemplateError` naming the resource and the property that cannot be created.
    """
    mappings = template.get("Mappings", {})
    conditions = evaluate(template.get("Conditions", {}), Scope(names, mappings=mappings))
    kept = _kept(template["Resources"], conditions)
    outputs = _kept(template.get("Outputs", {}), conditions)
    harness = decided(template.get("Metadata", {}).get("Harness", {}), conditions)
    result = Plan(
        resources={name: _planned(name, kept[name], conditions) for name in kept},
        dependencies={name: _dependencies(name, template, kept, conditions) for name in kept},
        names=names,
        mappings=mappings,
        outputs={name: decided(output["Value"], conditions) for name, output in outputs.items()},
        harness=harness,
        setup=setup.items(harness, kept),
    )
    _check(result)
    return result


def _kept(
    declarations: Mapping[str, Mapping[str, Any]], conditions: Mapping[str, bool]
) -> dict[str, Mapping[str, Any]]:
    for name, declaration in declarations.items():
        if "Condition" in declaration and declaration["Condition"] not in [*conditions]:
            raise TemplateError(
                f"there is no condition {declaration['Condition']}", logical_id=name
            )
    return {
        name: declaration
        for name, declaration in declarations.items()
        if conditions.get(declaration.get("Condition", ""), True)
    }


def _planned(
    logical_id: str, declaration: Mapping[str, Any], conditions: Mapping[str, bool]
) -> Planned:
    kind = resources.by_type().get(declaration["Type"])
    if kind is None:
        raise TemplateError(
            f"the type {declaration['Type']} is not supported here; remove the resource, or add "
            "a file for it to harness/stack/resources",
            logical_id=logical_id,
        )
    _refuse_unhandled(logical_id, declaration, _DECLARATION)
    with about(logical_id):
        properties = decided(declaration.get("Properties", {}), conditions)
    _refuse_unhandled(logical_id, properties, kind.PROPERTIES)
    return Planned(kind, properties, declaration.get("Metadata", {}))


def _refuse_unhandled(logical_id: str, value: Any, shape: Shape) -> None:
    for path, problem in unhandled(value, shape):
        raise TemplateError(problem, logical_id=logical_id, property_path=path)


def _dependencies(
    logical_id: str,
    template: Template,
    kept: Mapping[str, Mapping[str, Any]],
    conditions: Mapping[str, bool],
) -> frozenset[str]:
    declaration = kept[logical_id]
    named = declaration.get("DependsOn", [])
    named = named if isinstance(named, list) else [named]
    for name in named:
        if name not in [*template["Resources"]]:
            raise TemplateError(
                f"there is no resource {name}", logical_id=logical_id, property_path="DependsOn"
            )
    with about(logical_id):
        properties = decided(declaration.get("Properties", {}), conditions)
        referred = {name for name, _ in references(properties)}
    return frozenset((referred | set(named)) & kept.keys())


def _check(plan: Plan) -> None:
    """Refuse references to what does not exist, and resources that wait for one another."""
    for logical_id, planned in plan.resources.items():
        _check_references(logical_id, planned.properties, plan)
    for name, value in plan.outputs.items():
        _check_references(name, value, plan)
    _check_references("Metadata.Harness", plan.harness, plan)
    Order(plan.dependencies)


def _check_references(place: str, value: Any, plan: Plan) -> None:
    with about(place):
        for name, attribute in references(value):
            for problem in _reference_problems(name, attribute, plan):
                raise TemplateError(problem)


def _reference_problems(name: str, attribute: str, plan: Plan) -> Iterator[str]:
    planned = plan.resources.get(name)
    if planned is None and (attribute or name not in plan.names):
        yield f"{name} is neither a resource that is created nor a parameter"
    elif planned and attribute and attribute not in planned.kind.ATTRIBUTES:
        known = ", ".join(sorted(planned.kind.ATTRIBUTES)) or "none"
        yield f"{name} has no attribute {attribute} here, only: {known}"
