"""Images built as a user builds them without a registry, once for all tests and workers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from harness import settings
from harness.images.engine import connect
from harness.images.errors import EngineError
from harness.images.store import ImageStore

PROJECT = Path(__file__).parents[3]
PACKAGES_MISSING = ("cannot be downloaded", "cannot be built from Debian packages without")


@pytest.fixture(scope="session")
def client():
    try:
        client = connect(settings.load().docker_host)
    except EngineError as error:
        pytest.skip(f"no Docker engine: {error}")
    yield client
    client.close()


@pytest.fixture(scope="session")
def built(client):
    """A function: name of an image -> the image, built from Debian and Python packages."""

    def build(name, *options):
        command = [sys.executable, "-m", "harness", "images", "build", "--offline", *options, name]
        done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
        if any(reason in done.stderr for reason in PACKAGES_MISSING):
            pytest.skip(done.stderr.strip().splitlines()[-1])
        assert done.returncode == 0, done.stderr
        return ImageStore(client).named(name)

    return build


@pytest.fixture(scope="session")
def present(client):
    """A function: skips the test unless the engine has images of these names, however old."""

    def demand(*names):
        there = {image.name for image in ImageStore(client).all()}
        if missing := [name for name in names if name not in there]:
            pytest.skip(f"no image of {', '.join(missing)}; `harness images build` makes them")

    return demand


@pytest.fixture
def patient(request):
    if not request.config.getoption("--all-images"):
        pytest.skip("this image takes minutes to build; make images builds and tests all")
