from __future__ import annotations

from pathlib import Path

import pytest

from harness import settings
from harness.disposable import disposable
from harness.errors import EnvironmentFailedError

TEMPLATE = str(Path(__file__).parents[2] / "template.yaml")


def test_an_environment_ends_with_its_block():
    with disposable("--template", TEMPLATE, inherited=settings.load().inherited) as environment:
        assert environment.status()["memory_mb"] > 0
        assert environment.facts.exports()["AWS_ENDPOINT_URL"].startswith("http://127.0.0.1:")
    assert environment.family
    assert environment.leftovers() == []


def test_an_error_in_the_block_ends_it_as_well():
    with (
        pytest.raises(ZeroDivisionError),
        disposable("--template", TEMPLATE, inherited=settings.load().inherited) as environment,
    ):
        raise ZeroDivisionError
    assert environment.family
    assert environment.leftovers() == []


def test_a_failed_start_says_what_the_command_said():
    inherited = settings.load().inherited
    with (
        pytest.raises(EnvironmentFailedError, match=r"nowhere\.yaml"),
        disposable("--template", "nowhere.yaml", inherited=inherited),
    ):
        pytest.fail("it started without a template")
