"""Every command of ours that a page shows is one that exists, with options that exist."""

from __future__ import annotations

import re
import shlex

import pytest

from harness import cli
from tests.docs.pages import ROOT, blocks, commands

TABLE = re.compile(r"  \S")


def shown(program):
    lines = [(page, line.partition("  #")[0]) for page, line in commands(program)]
    return [(page, line) for page, line in lines if not TABLE.search(line)]


@pytest.mark.parametrize(("page", "line"), shown("harness"))
def test_harness_understands_it(page, line):
    words = shlex.split(line)[1:]
    assert cli._parser(words).parse_args(words).command


@pytest.mark.parametrize(("page", "line"), shown("make"))
def test_make_has_the_target(page, line):
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert shlex.split(line)[1] in targets


def test_pages_are_looked_at():
    assert len(shown("harness")) >= 8
    assert len(list(blocks(ROOT / "README.md"))) >= 3
