"""`python -m harness.stack TEMPLATE`: apply a template, spoken to by a parent process.

stdin, two lines: {"parameters": {name: value}} at once, then any line when the endpoint answers.
stdout, one JSON object a line:

    {"event": "expanded", "images": {…}, "resources": N}           before the second line is read
    {"event": "created", "logical_id", "type", "physical_id", "seconds"}         per resource
    {"event": "setup", "command": […], "variables": {…}}           as soon as it can be run
    {"event": "complete", "outputs", "resources", "images", "harness"}           exit code 0
    {"event": "failed", "logical_id", "property", "message", "rolled_back", "left_behind"}   1

The parameters of stdin are an offer, used as far as the template declares them; those of the
command line must be declared. End of input means nobody wants the stack any more.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from harness.stack.apply import WORKERS, Made, Stack
from harness.stack.aws import Aws
from harness.stack.errors import StackError, TemplateError
from harness.stack.expand import expand
from harness.stack.local_code import localised
from harness.stack.parameters import values
from harness.stack.plan import Plan, plan, pseudo_parameters
from harness.stack.setup import due
from harness.stack.template import read


def main(argv: list[str] | None = None) -> int:
    arguments = _parser().parse_args(argv)
    try:
        planned = _plan(arguments, sys.stdin.readline())
        images = planned.images(arguments.template.parent)
    except TemplateError as error:
        return _failed(error)
    _emit("expanded", images=images, resources=len(planned.resources))
    aws = Aws(arguments.endpoint_url, arguments.region, connections=WORKERS)
    aws.prepare(planned.services())
    if not sys.stdin.readline():
        return 1
    return _apply(Stack(planned, aws, monotonic=time.monotonic), planned, images)


def _created(stack: Stack, planned: Plan) -> Callable[[Made, float], None]:
    """Return what tells of a created resource and of the commands it was waited for by."""
    existing: set[str] = set()

    def tell(made: Made, seconds: float) -> None:
        existing.add(made.logical_id)
        _emit_created(made, seconds)
        for item in due(planned.setup, planned.resources, existing, made.logical_id):
            ready = stack.resolved(item)
            _emit("setup", command=ready["Command"], variables=ready.get("Variables", {}))

    return tell


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m harness.stack",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("template", type=Path)
    parser.add_argument("--endpoint-url", required=True)
    parser.add_argument("--region", required=True)
    parser.add_argument("--stack-name", default="local")
    parser.add_argument("--parameter", action="append", default=[], metavar="NAME=VALUE")
    return parser


def _plan(arguments: argparse.Namespace, offer: str) -> Plan:
    template = localised(read(arguments.template), arguments.template.parent)
    declared = template.get("Parameters", {})
    parameters = values(declared, _offered(offer, declared) | _given(arguments.parameter))
    expanded = expand(template, parameters, arguments.region)
    return plan(expanded, parameters | pseudo_parameters(arguments.region, arguments.stack_name))


def _offered(offer: str, declared: Collection[str]) -> dict[str, str]:
    try:
        parameters = orjson.loads(offer)["parameters"]
        return {name: str(value) for name, value in parameters.items() if name in declared}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise TemplateError('the first line of input must be {"parameters": {…}}') from error


def _given(texts: list[str]) -> dict[str, str]:
    return dict(_pair(text) for text in texts)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise TemplateError(f"--parameter {name} has no value; write {name}=VALUE")
    return name, value


def _apply(stack: Stack, planned: Plan, images: dict[str, dict[str, Any]]) -> int:
    try:
        stack.create(_created(stack, planned))
        outputs = stack.resolved(planned.outputs)
        harness = stack.resolved(planned.harness)
    except StackError as error:
        return _failed(error, *stack.roll_back())
    except BaseException:
        stack.roll_back()
        raise
    created = {
        made.logical_id: {"type": made.type, "physical_id": made.created.physical_id}
        for made in stack.made
    }
    _emit("complete", outputs=outputs, resources=created, images=images, harness=harness)
    return 0


def _failed(
    error: StackError, rolled_back: Sequence[str] = (), left: Mapping[str, str] | None = None
) -> int:
    _emit(
        "failed",
        logical_id=error.logical_id,
        property=error.property_path,
        message=error.args[0],
        rolled_back=rolled_back,
        left_behind=left or {},
    )
    return 1


def _emit_created(made: Made, seconds: float) -> None:
    _emit(
        "created",
        logical_id=made.logical_id,
        type=made.type,
        physical_id=made.created.physical_id,
        seconds=round(seconds, 4),
    )


def _emit(event: str, **fields: Any) -> None:
    sys.stdout.write(orjson.dumps({"event": event, **fields}).decode() + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
