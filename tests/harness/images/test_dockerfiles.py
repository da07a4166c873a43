"""What every Dockerfile here keeps to, so that every builder understands it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from harness.images import bases

PROJECT = Path(__file__).parents[3]
FUNCTIONS = sorted(PROJECT.glob("Dockerfile.*"))
ALL = [*FUNCTIONS, *sorted(bases.RECIPES.glob("*/Dockerfile"))]
NEWER = re.compile(
    r"^#\s*syntax=|^RUN --|^(COPY|ADD) --(link|chmod|parents|exclude)|<<", re.MULTILINE
)


def _instructions(dockerfile):
    text = re.sub(r"^#.*\n", "", dockerfile.read_text(), flags=re.MULTILINE)
    return re.sub(r"\\\n\s*", " ", text).splitlines()


def _name(path):
    return path.relative_to(PROJECT).as_posix()


def test_all_of_them_are_looked_at():
    assert len(FUNCTIONS) == 2
    assert len(ALL) == 7


@pytest.mark.parametrize("dockerfile", ALL, ids=_name)
def test_the_oldest_builder_understands_it(dockerfile):
    assert not NEWER.search(dockerfile.read_text())


@pytest.mark.parametrize("dockerfile", ALL, ids=_name)
def test_nothing_is_fetched_by_name_while_it_is_built(dockerfile):
    text = dockerfile.read_text()
    assert not re.search(r"https?://|apt-get|dnf |curl |wget ", text)
    assert all("--require-hashes" in line for line in text.split("&&") if "--requirement" in line)


@pytest.mark.parametrize("dockerfile", ALL, ids=_name)
def test_pip_compiles_nothing(dockerfile):
    """It would with today's times; and its environment says no with a false value."""
    text = dockerfile.read_text()
    installs = text.count("pip install")
    assert not re.search(r"PIP_NO_COMPILE=(?!off)", text)
    assert not installs or "PIP_NO_COMPILE=off" in text or text.count("--no-compile") == installs


@pytest.mark.parametrize("dockerfile", FUNCTIONS, ids=_name)
def test_a_function_stands_on_the_image_of_aws_unless_another_is_named(dockerfile):
    instructions = _instructions(dockerfile)
    assert instructions[0] == f"ARG BASE_IMAGE={bases.LAMBDA.public}"
    stages = [line for line in instructions if line.startswith("FROM ")]
    assert {line.partition(" AS ")[0] for line in stages} == {"FROM ${BASE_IMAGE}"}


@pytest.mark.parametrize("dockerfile", FUNCTIONS, ids=_name)
def test_what_runs_needs_no_root_and_holds_no_harness(dockerfile):
    instructions = _instructions(dockerfile)
    last = instructions[instructions.index("FROM ${BASE_IMAGE}") + 1 :]
    assert {line.split()[0] for line in last if line} == {"COPY", "CMD"}
    copied = [line for line in instructions if line.startswith(("COPY", "ADD"))]
    assert copied
    assert not [line for line in copied if re.search(r"harness|scenarios|tests|\s\.\s", line)]


def test_the_recipes_and_their_names_agree_on_versions():
    pins = (bases.MOTO.list.read_text(), (bases.LAMBDA.recipe / "bootstrap").read_text())
    assert f"moto=={bases.MOTO.tag} " in pins[0]
    assert f"AWS_Lambda_python{bases.PYTHON}\n" in pins[1]
    assert f"python{bases.PYTHON}\n" in (bases.DEBIAN.recipe / "packages.txt").read_text()
    assert bases.LAMBDA.tag == bases.PYTHON
