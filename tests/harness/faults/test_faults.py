"""Every module of the folder is a fault, with a name, a scope, and words and a row in the docs."""

from __future__ import annotations

import dataclasses
import inspect
from pathlib import Path

import pytest

from harness import faults
from harness.injection import catalogue
from harness.injection.fault import summary
from harness.injection.injection import NAME, asked
from harness.injection.option import options
from harness.injection.schedule import Schedule
from harness.injection.scope import ACTS_BY

DOCS = Path(__file__).parents[3] / "docs" / "faults.md"


def test_the_faults_are_the_modules_of_the_folder():
    folder = Path(faults.__path__[0])
    modules = [file.stem.replace("_", "-") for file in folder.glob("[!_]*.py")]
    assert catalogue.names() == sorted(modules)


@pytest.mark.parametrize("name", catalogue.names())
def test_each_satisfies_the_protocol(name):
    kind = catalogue.fault(name)
    assert dataclasses.is_dataclass(kind)
    acts = [acts for scope, acts in ACTS_BY.items() if issubclass(kind.scope, scope)]
    assert acts
    assert [act for act in acts if not callable(getattr(kind, act, None))] == []
    assert summary(kind).endswith(".")
    settable = [one.name for one in dataclasses.fields(kind) if one.init]
    assert [one.name for one in options(kind)] == settable
    assert inspect.isclass(kind)


@pytest.mark.parametrize("name", catalogue.names())
def test_no_option_has_the_name_of_another(name):
    kind = catalogue.fault(name)
    declared = [one.name for part in (kind, kind.scope, Schedule) for one in options(part)]
    assert len({NAME, *declared}) == len(declared) + 1


@pytest.mark.parametrize("name", catalogue.names())
def test_each_can_be_asked_for_again_as_it_is_shown(name):
    injection = asked({NAME: name, "times": 2, "seed": 3})
    assert injection.settings() == {NAME: name, "times": 2, "seed": 3}
    assert asked(injection.settings()) == injection


@pytest.mark.parametrize("name", catalogue.names())
def test_each_has_a_row_with_its_options_on_its_page(name):
    (row,) = [line for line in DOCS.read_text().splitlines() if line.startswith(f"| `{name}` |")]
    assert [one.flag for one in options(catalogue.fault(name)) if f"`{one.flag}" not in row] == []
