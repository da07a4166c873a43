"""The report's own tests, with functions, control plane and database in containers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from harness import settings
from harness.containers.function_images import Wanted, demand
from harness.containers.supply import gather
from harness.errors import EnvironmentFailedError
from harness.images.bases import LAMBDA, MOTO, POSTGRES
from harness.images.functions import function_images

pytestmark = pytest.mark.docker

PROJECT = Path(__file__).parents[2]
SCENARIOS = ("upload", "stored_object", "completed", "processor_log", "without_endpoint")


@pytest.fixture
def images() -> None:
    host = settings.load().docker_host
    wanted = [
        Wanted(image.name, image.reference, image.architecture.name)
        for image in function_images(PROJECT / "template.yaml")
    ]
    try:
        gather(host, [LAMBDA, MOTO, POSTGRES])
        demand(host, wanted)
    except EnvironmentFailedError as error:
        pytest.skip(str(error))


@pytest.mark.usefixtures("images")
def test_scenarios_hold_in_containers():
    files = [f"scenarios/test_{name}.py" for name in SCENARIOS]
    command = [sys.executable, "-m", "pytest", *files, "--runtime", "docker", "-q"]
    quiet = ["-p", "no:xdist", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, *quiet], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
