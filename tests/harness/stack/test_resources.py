"""Every file in the folder is a resource type, and says so in the same way."""

from __future__ import annotations

import inspect
import pkgutil

import pytest

from harness.stack import resources
from harness.stack.aws import Aws
from harness.stack.properties import Leaf, MapOf, Refused, SetOf
from tests.harness.stack.conftest import ROOT

KINDS = resources.by_type()
PAGE = (ROOT / "docs" / "stack.md").read_text(encoding="utf-8")
CONFIGURED = [kind for kind in KINDS.values() if isinstance(kind, resources.Configured)]
AWS = Aws("http://127.0.0.1:9", "ap-northeast-1", connections=1)


def test_each_file_has_a_type_of_its_own():
    files = [found.name for found in pkgutil.iter_modules(resources.__path__)]
    assert len(KINDS) == len(files)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
class TestResourceType:
    def test_the_file_is_named_after_the_type(self, kind):
        name = "".join(kind.TYPE.split("::")[1:]).lower()
        assert kind.__name__.rpartition(".")[2].replace("_", "") == name

    @pytest.mark.parametrize("function", ["create", "read", "delete"])
    def test_it_has_the_functions_of_the_protocol(self, kind, function):
        wanted = inspect.signature(getattr(resources.Resource, function))
        assert inspect.signature(getattr(kind, function)) == without_self(wanted)

    def test_properties_are_a_shape(self, kind):
        assert is_shape(kind.PROPERTIES)
        assert isinstance(kind.ATTRIBUTES, frozenset)

    def test_the_page_names_it(self, kind):
        assert f"`{kind.TYPE}`" in PAGE

    def test_nothing_else_is_public(self, kind):
        own = {
            name
            for name, value in vars(kind).items()
            if inspect.isfunction(value) and value.__module__ == kind.__name__
        }
        public = {name for name in own if not name.startswith("_")}
        assert public <= {"create", "configure", "read", "delete"}

    def test_the_service_is_one_that_boto3_knows(self, kind):
        client = AWS.client(resources.service(kind.TYPE))
        assert client.meta.region_name == "ap-northeast-1"


@pytest.mark.parametrize("kind", CONFIGURED, ids=lambda kind: kind.TYPE)
def test_configure_is_spelt_like_the_protocol(kind):
    wanted = inspect.signature(resources.Configured.configure)
    assert inspect.signature(kind.configure) == without_self(wanted)


def without_self(signature: inspect.Signature) -> inspect.Signature:
    parameters = list(signature.parameters.values())[1:]
    return signature.replace(parameters=parameters)


def is_shape(shape) -> bool:
    if isinstance(shape, (SetOf, MapOf)):
        return is_shape(shape.item)
    if isinstance(shape, list):
        return len(shape) == 1 and is_shape(shape[0])
    if isinstance(shape, dict):
        return all(isinstance(key, str) and is_shape(item) for key, item in shape.items())
    return isinstance(shape, (Leaf, Refused))
