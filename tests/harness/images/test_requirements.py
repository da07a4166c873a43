"""The hashed lists of what goes into images are those of the lock, and complete."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from harness.images import bases

PROJECT = Path(__file__).parents[3]
FUNCTIONS = ["file-processor", "backend"]
LISTS = [PROJECT / "image" / f"{name}.txt" for name in FUNCTIONS] + [
    base.list for base in bases.ALL
]
TARGET = {
    "implementation_name": "cpython",
    "os_name": "posix",
    "platform_machine": "x86_64",
    "platform_python_implementation": "CPython",
    "platform_system": "Linux",
    "python_full_version": f"{bases.PYTHON}.0",
    "python_version": bases.PYTHON,
    "sys_platform": "linux",
}
ENTRY = re.compile(r"^([a-z0-9][^ ;]*==[^ ;]+)([^\\\n]*)((?:\\\n.*)*)", re.MULTILINE)
OPTIONAL = {"PIL"}  # in the image only where OCR is: with pillow of another package


def _pins(path):
    """Return {name: (version, hashes)} of what the image's platform installs."""
    pins = {}
    for pin, marker, hashes in ENTRY.findall(path.read_text()):
        requirement = Requirement(pin + marker.replace("\\", ""))
        if requirement.marker is None or requirement.marker.evaluate(TARGET):
            name = canonicalize_name(requirement.name)
            pins[name] = (
                str(requirement.specifier),
                frozenset(re.findall(r"sha256:(\w+)", hashes)),
            )
    return pins


LOCK = _pins(PROJECT / "requirements.lock")


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.relative_to(PROJECT).as_posix())
def test_every_pin_is_the_lock_s_and_hashed(path):
    pins = _pins(path)
    assert pins
    assert all(hashes for _, hashes in pins.values())
    pins.pop("pip", None)  # of the base, as AWS has it; nothing of ours needs it
    assert pins == {name: LOCK[name] for name in pins}, "run `make lock`"


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.relative_to(PROJECT).as_posix())
def test_no_marker_asks_for_a_version_of_python(path):
    """pip evaluates markers for the Python that it runs in, not for the image's."""
    assert "python_version" not in path.read_text()
    assert "python_full_version" not in path.read_text()


def _needed(requirements):
    """Return the names of what has to be installed for them, from what is installed here."""
    names = set()
    waiting = [Requirement(text) for text in requirements]
    while waiting:
        requirement = waiting.pop()
        for extra in {"", *requirement.extras}:
            name = canonicalize_name(requirement.name)
            if (name, extra) not in names:
                names.add((name, extra))
                waiting += _of(name, extra)
    return {name for name, _ in names}


def _of(name, extra):
    found = (Requirement(text) for text in metadata.requires(name) or [])
    return [
        requirement
        for requirement in found
        if requirement.marker is None or requirement.marker.evaluate({**TARGET, "extra": extra})
    ]


def _group(name):
    groups = tomllib.loads((PROJECT / "pyproject.toml").read_text())["dependency-groups"]
    for entry in groups[name]:
        if isinstance(entry, dict):
            yield from _group(entry["include-group"])
        else:
            yield entry


@pytest.mark.parametrize("name", FUNCTIONS)
def test_an_image_has_what_its_function_declares_and_nothing_more(name):
    pins = _pins(PROJECT / "image" / f"{name}.txt")
    assert pins.keys() == _needed(_group(name)), "run `make lock`"
    assert "awslambdaric" not in pins, "the base image has the runtime client"


def _imported(package):
    for path in (PROJECT / package).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and not node.level:
                yield str(node.module)


@pytest.mark.parametrize(
    ("name", "packages"), [("file-processor", ["processor"]), ("backend", ["api", "processor"])]
)
def test_a_function_declares_what_it_imports(name, packages):
    provided = metadata.packages_distributions()
    pins = _pins(PROJECT / "image" / f"{name}.txt")
    imported = {module.partition(".")[0] for package in packages for module in _imported(package)}
    foreign = imported - sys.stdlib_module_names - set(packages) - OPTIONAL
    assert foreign
    missing = {
        module
        for module in foreign
        if not pins.keys() & {canonicalize_name(found) for found in provided[module]}
    }
    assert not missing
