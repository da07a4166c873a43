"""What compose.yaml promises without being started."""

from __future__ import annotations

import re

import pytest

from harness.control_plane.variables import ENVIRONMENT as MOTO
from harness.images import bases
from harness.images.architecture import X86_64
from harness.stack.template import read
from tests.compose.file import COMPOSE, content, variables
from tests.docs.pages import ROOT

FILE = content()
SERVICES = FILE["services"]
TEMPLATE = read(ROOT / "template.yaml")
FUNCTIONS = {
    resource["Properties"]["FunctionName"]: resource
    for resource in TEMPLATE["Resources"].values()
    if resource["Type"] == "AWS::Serverless::Function"
}
CONTAINERS = {
    service["environment"]["AWS_LAMBDA_FUNCTION_NAME"]: service
    for service in SERVICES.values()
    if "AWS_LAMBDA_FUNCTION_NAME" in service.get("environment", {})
}
_MB_OF_ONE_CPU = 1769


def test_both_generations_of_compose_read_it():
    assert set(FILE) - {key for key in FILE if key.startswith("x-")} == {"services", "volumes"}


def test_no_container_gets_the_engine():
    text = COMPOSE.read_text()
    assert "docker.sock" not in text
    assert "privileged" not in text.replace("no-new-privileges", "")


def test_ports_are_published_on_loopback_alone():
    published = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert published
    assert all(re.fullmatch(r"127\.0\.0\.1:(\d+):\1", port) for port in published)


def test_everything_is_on_one_network_and_looked_after():
    for name, service in SERVICES.items():
        if name != "network":
            assert service["network_mode"] == "service:network", name
        if "profiles" not in service:
            assert service["healthcheck"]["test"], name


def test_images_are_those_that_are_built_here_and_can_be_others():
    defaults = {value for name, value in variables().items() if name.endswith("_IMAGE")}
    ours = {base.local(X86_64) for base in (bases.ENDPOINT, bases.POSTGRES, bases.MOTO)}
    functions = {
        TEMPLATE["Parameters"][function["Properties"]["ImageUri"]["Ref"]]["Default"]
        for function in FUNCTIONS.values()
    }
    assert defaults == ours | functions
    assert {service["image"] for service in SERVICES.values()} == defaults


def test_moto_is_configured_as_without_containers():
    configured = SERVICES["moto"]["environment"]
    assert {**MOTO, **configured} == MOTO
    assert {name for name in MOTO if name.startswith("MOTO_")} == set(configured)


def test_every_function_is_attached_to_a_port_of_its_own():
    given = [word for word in SERVICES["endpoint"]["command"] if word.startswith("--attach=")]
    attached = dict(word.removeprefix("--attach=").split("=") for word in given)
    assert attached.keys() == FUNCTIONS.keys() == CONTAINERS.keys()
    assert len(set(attached.values())) == len(FUNCTIONS)
    for name, port in attached.items():
        environment = CONTAINERS[name]["environment"]
        assert environment["AWS_LAMBDA_RUNTIME_API"] == f"127.0.0.1:{port}"
        credentials = environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"]
        assert credentials == f"http://127.0.0.1:{port}/credentials"


def resolved(value):
    return TEMPLATE["Parameters"][value["Ref"]]["Default"] if isinstance(value, dict) else value


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_container_has_the_settings_of_its_function(name):
    properties, container = FUNCTIONS[name]["Properties"], CONTAINERS[name]
    environment = container["environment"]
    declared = {
        **TEMPLATE["Globals"]["Function"]["Environment"]["Variables"],
        **properties["Environment"]["Variables"],
    }
    own = {key: environment[key] for key in environment if not key.startswith("AWS_")}
    assert own == {key: resolved(value) for key, value in declared.items()}
    assert container["command"] == properties["ImageConfig"]["Command"]
    memory_mb = properties["MemorySize"]
    assert environment["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == str(memory_mb)
    assert container["mem_limit"] == container["memswap_limit"] == f"{memory_mb}m"
    assert container["cpus"] == pytest.approx(memory_mb / _MB_OF_ONE_CPU, abs=0.01)
    storage_mb = properties.get("EphemeralStorage", {}).get("Size", 512)
    assert container["tmpfs"] == [f"/tmp:size={storage_mb}m,mode=1777"]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_container_is_confined_as_lambda_confines_it(name):
    container = CONTAINERS[name]
    assert container["read_only"] is True
    assert container["cap_drop"] == ["ALL"]
    assert container["security_opt"] == ["no-new-privileges:true"]
    assert container["user"].split(":") == ["993", "990"]
    assert container["restart"] == "always"
