from __future__ import annotations

import pytest

from harness.stack import setup
from harness.stack.errors import TemplateError

RESOURCES = ("Secret", "Queue", "Bucket")
MIGRATE = {"Command": ["migrate"], "DependsOn": "Secret"}
BOTH = {"Command": ["both"], "DependsOn": ["Secret", "Queue"]}
LAST = {"Command": ["last"]}


def commands(existing, last):
    found = setup.due([MIGRATE, BOTH, LAST], RESOURCES, existing, last)
    return [item["Command"][0] for item in found]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (("Secret", "Queue", "Bucket"), [["migrate"], ["both"], ["last"]]),
        (("Queue", "Secret", "Bucket"), [[], ["migrate", "both"], ["last"]]),
        (("Bucket", "Queue", "Secret"), [[], [], ["migrate", "both", "last"]]),
    ],
)
def test_a_command_is_due_once_when_all_it_needs_exists(order, expected):
    existing = [order[: n + 1] for n in range(len(order))]
    assert [commands(names, names[-1]) for names in existing] == expected


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ("migrate", "Command"),
        ({}, "Command"),
        ({"Command": []}, "Command"),
        ({"Command": "migrate"}, "Command"),
        ({"Command": ["a"], "DependsOn": None}, "DependsOn"),
        ({"Command": ["a"], "Variables": []}, "Variables"),
        ({"Command": ["a"], "Environment": {}}, "Variables"),
        ({"Command": ["a"], "DependsOn": "Table"}, "there is no resource Table"),
    ],
)
def test_what_cannot_be_run_is_refused(item, message):
    with pytest.raises(TemplateError, match=message):
        setup.items({"Setup": [item]}, RESOURCES)


@pytest.mark.parametrize("section", [None, [], {"Setup": None}, {"Setup": {}}])
def test_a_section_of_another_shape_is_refused(section):
    with pytest.raises(TemplateError, match="Setup"):
        setup.items(section, RESOURCES)


def test_a_section_without_commands_has_none():
    assert setup.items({}, RESOURCES) == []
