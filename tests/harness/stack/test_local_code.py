"""Code beside the template, zipped as `sam package` does it."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from harness.stack.errors import TemplateError
from harness.stack.local_code import BUCKET, localised, packaged


def function(kind: str = "AWS::Serverless::Function", **properties):
    return {"Resources": {"F": {"Type": kind, "Properties": properties}}}


def properties(template):
    return template["Resources"]["F"]["Properties"]


def names(code) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(code["ZipFile"])) as opened:
        return opened.namelist()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "src" / "__pycache__").mkdir(parents=True)
    (tmp_path / "src" / "package").mkdir()
    (tmp_path / "src" / "app.py").write_text("def handler(event, context): ...")
    (tmp_path / "src" / "package" / "__init__.py").touch()
    (tmp_path / "src" / "__pycache__" / "app.pyc").touch()
    return tmp_path


@pytest.mark.parametrize(
    ("kind", "member", "address"),
    [
        ("AWS::Serverless::Function", "CodeUri", ("Bucket", "Key")),
        ("AWS::Lambda::Function", "Code", ("S3Bucket", "S3Key")),
    ],
)
def test_a_directory_is_named_by_an_address_for_the_translator(source, kind, member, address):
    template = function(kind, **{member: "src/"})
    found = properties(localised(template, source))[member]
    assert found == dict(zip(address, (BUCKET, str(source / "src")), strict=True))
    assert properties(template)[member] == "src/"


@pytest.mark.parametrize("uri", ["s3://bucket/key", {"Bucket": "b", "Key": "k"}, {"Ref": "P"}])
def test_code_that_is_elsewhere_stays_there(tmp_path, uri):
    assert properties(localised(function(CodeUri=uri), tmp_path))["CodeUri"] == uri


def test_globals_count_too(source):
    template = {**function(), "Globals": {"Function": {"CodeUri": "src"}}}
    found = localised(template, source)["Globals"]["Function"]["CodeUri"]
    assert found == {"Bucket": BUCKET, "Key": str(source / "src")}


def test_code_that_is_not_there_is_named(tmp_path):
    with pytest.raises(TemplateError, match=r"there is no .*nowhere") as caught:
        localised(function(CodeUri="nowhere"), tmp_path)
    assert (caught.value.logical_id, caught.value.property_path) == ("F", "CodeUri")


def test_a_directory_becomes_a_zip_that_is_always_the_same(source):
    code = {"S3Bucket": BUCKET, "S3Key": str(source / "src")}
    first = packaged(code)
    assert names(first) == ["app.py", "package/__init__.py"]
    (source / "src" / "app.py").touch()
    assert packaged(code) == first


def test_a_zip_is_taken_as_it_is(tmp_path):
    (tmp_path / "code.zip").write_bytes(b"zip")
    code = {"S3Bucket": BUCKET, "S3Key": str(tmp_path / "code.zip")}
    assert packaged(code) == {"ZipFile": b"zip"}


def test_inline_code_is_a_module_called_index():
    assert names(packaged({"ZipFile": "def handler(event, context): ..."})) == ["index.py"]


def test_anything_else_is_left_alone():
    assert packaged({"S3Bucket": "b", "S3Key": "k"}) == {"S3Bucket": "b", "S3Key": "k"}
