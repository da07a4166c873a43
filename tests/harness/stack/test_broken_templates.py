"""Whatever is wrong with a template, the answer is one line and never a traceback."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from harness.stack.errors import TemplateError
from harness.stack.expand import expand
from harness.stack.parameters import values
from harness.stack.plan import plan, pseudo_parameters
from harness.stack.template import parse, read
from tests.harness.stack.conftest import REGION, ROOT

GOOD = read(ROOT / "template.yaml")
WRONG = [
    None,
    True,
    1,
    "x",
    [],
    ["x"],
    {},
    {"x": 1},
    {"Ref": "Nobody"},
    {"Ref": ["x"]},
    {"Fn::GetAtt": "x"},
    {"Fn::Sub": 1},
    {"Fn::If": ["x"]},
    {"Fn::Nonsense": "x"},
]


def places(value: Any, path: tuple[Any, ...] = ()):
    """Yield the path of everything inside `value`."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in items:
        yield (*path, key)
        if isinstance(item, (dict, list)):
            yield from places(item, (*path, key))


def replaced(path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    template = copy.deepcopy(GOOD)
    place = template
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return template


def refusal(text: str) -> str:
    """Return why the template is refused, "" when it is not."""
    try:
        template = parse(text, "template.json")
        parameters = values(template.get("Parameters", {}), {"DatabasePassword": "a-password"})
        names = parameters | pseudo_parameters(REGION, "local")
        plan(expand(template, parameters, REGION), names).images(ROOT)
    except TemplateError as error:
        return str(error)
    return ""


@settings(max_examples=80, deadline=None)
@given(path=st.sampled_from(list(places(GOOD))), value=st.sampled_from(WRONG))
def test_one_wrong_value_is_accepted_or_refused_in_one_line(path, value):
    assert len(refusal(json.dumps(replaced(path, value))).splitlines()) <= 1


def test_the_unchanged_template_is_accepted():
    assert refusal(json.dumps(GOOD)) == ""
