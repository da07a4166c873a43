"""Functions as the Lambda API keeps them (aws-behaviour §1.6, §1.8, §2)."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import stat
import urllib.request
import zipfile

import pytest
from botocore.exceptions import ClientError

from tests.contracts.account import ACCOUNT, Account, archive, member, unique


def zipped(**sources: str) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as opened:
        for name, source in sources.items():
            opened.writestr(member(f"{name}.py"), source)
    return written.getvalue()


def saying(word: str) -> bytes:
    return zipped(h=f"import os\ndef handler(event, context): return '{word}' + os.environ['KEY']")


def sha256(content: bytes) -> str:
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


def refused(code: str, act, **members) -> dict:
    """Return the answer to a call that must be refused with `code`."""
    with pytest.raises(ClientError) as caught:
        act(**members)
    answer = caught.value.response
    assert answer["Error"]["Code"] == code, answer
    return answer


def test_2_a_new_function_has_aws_s_defaults(account: Account):
    name = unique("function")
    made = account.lambda_.create_function(
        FunctionName=name,
        Runtime="python3.12",
        Role=f"arn:aws:iam::{ACCOUNT}:role/contracts",
        Handler="subject.echo",
        Code={"ZipFile": archive()},
    )
    assert (made["State"], made["StateReasonCode"]) == ("Pending", "Creating")
    account.lambda_.get_waiter("function_active_v2").wait(FunctionName=name)
    found = account.lambda_.get_function(FunctionName=name)
    configuration = found["Configuration"]
    expected = {
        "Architectures": ["x86_64"],
        "CodeSha256": sha256(archive()),
        "CodeSize": len(archive()),
        "Description": "",
        "EphemeralStorage": {"Size": 512},
        "FunctionArn": f"arn:aws:lambda:{account.region}:{ACCOUNT}:function:{name}",
        "LastUpdateStatus": "Successful",
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{name}"},
        "MemorySize": 128,
        "PackageType": "Zip",
        "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
        "State": "Active",
        "Timeout": 3,
        "TracingConfig": {"Mode": "PassThrough"},
        "Version": "$LATEST",
    }
    assert expected.items() <= configuration.items()
    assert "Environment" not in configuration
    with urllib.request.urlopen(found["Code"]["Location"]) as package:  # noqa: S310 - the endpoint
        assert package.read() == archive()
    again = refused(
        "ResourceConflictException",
        account.function,
        handler="subject.echo",
        FunctionName=name,
    )
    assert again["Error"]["Message"] == f"Function already exist: {name}"


def test_2_an_update_changes_what_it_names_and_nothing_else(account: Account):
    letters = account.queue().arn
    function = account.function("subject.echo", {"KEY": "1"}, Description="first")
    account.lambda_.update_function_configuration(
        FunctionName=function.name,
        EphemeralStorage={"Size": 1024},
        TracingConfig={"Mode": "Active"},
        DeadLetterConfig={"TargetArn": letters},
        LoggingConfig={"LogFormat": "JSON"},
    )
    updated = account.lambda_.update_function_configuration(
        FunctionName=function.name, MemorySize=256
    )
    assert updated["LastUpdateStatus"] == "InProgress"
    found = account.lambda_.get_function_configuration(FunctionName=function.name)
    expected = {
        "DeadLetterConfig": {"TargetArn": letters},
        "Description": "first",
        "Environment": {"Variables": {"KEY": "1"}},
        "EphemeralStorage": {"Size": 1024},
        "LoggingConfig": {
            "LogFormat": "JSON",
            "LogGroup": f"/aws/lambda/{function.name}",
            "ApplicationLogLevel": "INFO",
            "SystemLogLevel": "INFO",
        },
        "MemorySize": 256,
        "TracingConfig": {"Mode": "Active"},
    }
    assert expected.items() <= found.items()
    account.lambda_.update_function_configuration(
        FunctionName=function.name,
        Environment={"Variables": {}},
        DeadLetterConfig={"TargetArn": ""},
    )
    found = account.lambda_.get_function_configuration(FunctionName=function.name)
    assert {"Environment", "DeadLetterConfig"}.isdisjoint(found)


def test_2_an_outdated_revision_is_refused(account: Account):
    function = account.function("subject.echo")
    revision = account.lambda_.get_function_configuration(FunctionName=function.name)["RevisionId"]
    update = account.lambda_.update_function_configuration
    update(FunctionName=function.name, RevisionId=revision, Timeout=4)
    answer = refused(
        "PreconditionFailedException",
        update,
        FunctionName=function.name,
        RevisionId=revision,
        Timeout=5,
    )
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 412


def test_2_a_version_keeps_its_code_and_its_environment(account: Account):
    function = account.function("h.handler", {"KEY": "1"}, Code={"ZipFile": saying("old")})
    api, name = account.lambda_, function.name
    first = api.publish_version(FunctionName=name, Description="the first")
    assert (first["Version"], first["FunctionArn"]) == ("1", f"{function.arn}:1")
    assert api.publish_version(FunctionName=name)["Version"] == "1"  # nothing has changed
    api.update_function_code(FunctionName=name, ZipFile=saying("new"))
    api.update_function_configuration(FunctionName=name, Environment={"Variables": {"KEY": "2"}})
    assert api.publish_version(FunctionName=name)["Version"] == "2"
    assert [function.result(Qualifier=version) for version in ("1", "2", "$LATEST")] == [
        "old1",
        "new2",
        "new2",
    ]
    found = api.get_function_configuration(FunctionName=name, Qualifier="1")
    assert (found["CodeSha256"], found["Description"]) == (sha256(saying("old")), "the first")
    listed = api.list_versions_by_function(FunctionName=name)["Versions"]
    assert [version["Version"] for version in listed] == ["$LATEST", "1", "2"]
    wrong = refused(
        "InvalidParameterValueException", api.publish_version, FunctionName=name, CodeSha256="x"
    )
    assert wrong["Error"]["Message"].startswith("CodeSHA256 (x) is different from current")
    api.delete_function(FunctionName=name, Qualifier="2")
    api.update_function_configuration(FunctionName=name, Timeout=4)
    assert api.publish_version(FunctionName=name)["Version"] == "3"  # no number is used twice
    refused("ResourceNotFoundException", function.invoke, Qualifier="2")


def test_2_an_alias_leads_to_its_version(account: Account):
    function = account.function("h.handler", {"KEY": "1"}, Code={"ZipFile": saying("old")})
    api, name = account.lambda_, function.name
    api.publish_version(FunctionName=name)
    made = api.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    assert made["AliasArn"] == f"{function.arn}:live"
    api.update_function_code(FunctionName=name, ZipFile=saying("new"), Publish=True)
    answer = function.invoke(Qualifier="live")
    assert (json.load(answer["Payload"]), answer["ExecutedVersion"]) == ("old1", "1")
    moved = api.update_alias(FunctionName=name, Name="live", FunctionVersion="2")
    assert moved["RevisionId"] != made["RevisionId"]
    answer = api.invoke(FunctionName=f"{name}:live")
    assert (json.load(answer["Payload"]), answer["ExecutedVersion"]) == ("new1", "2")
    assert api.get_alias(FunctionName=name, Name="live")["FunctionVersion"] == "2"
    assert [alias["Name"] for alias in api.list_aliases(FunctionName=name)["Aliases"]] == ["live"]
    assert api.list_aliases(FunctionName=name, FunctionVersion="1")["Aliases"] == []
    refused(
        "PreconditionFailedException",
        api.update_alias,
        FunctionName=name,
        Name="live",
        RevisionId=made["RevisionId"],
    )
    refused("ResourceConflictException", api.delete_function, FunctionName=name, Qualifier="2")
    api.delete_alias(FunctionName=name, Name="live")
    api.delete_alias(FunctionName=name, Name="live")
    missing = refused("ResourceNotFoundException", api.get_alias, FunctionName=name, Name="live")
    assert missing["Error"]["Message"] == f"Cannot find alias arn: {function.arn}:live"


def test_2_the_weights_of_an_alias_share_its_invocations(account: Account):
    function = account.function("h.handler", {"KEY": "1"}, Code={"ZipFile": saying("old")})
    api, name = account.lambda_, function.name
    for source in ("old", "new"):
        api.update_function_code(FunctionName=name, ZipFile=saying(source), Publish=True)
    routing = {"AdditionalVersionWeights": {"2": 0.5}}
    alias = {"FunctionName": name, "Name": "live", "FunctionVersion": "1"}
    api.create_alias(**alias, RoutingConfig=routing)
    seen = {api.invoke(FunctionName=f"{name}:live")["ExecutedVersion"] for _ in range(40)}
    assert seen == {"1", "2"}  # either alone: once in 2^39
    for weights, code in (
        ({"1": 0.5}, "InvalidParameterValueException"),
        ({"2": 1.5}, "ValidationException"),
        ({"9": 0.5}, "ResourceNotFoundException"),
    ):
        routing = {"AdditionalVersionWeights": weights}
        refused(code, api.update_alias, **alias, RoutingConfig=routing)


def test_1_2_the_invoked_arn_has_the_qualifier_of_the_call(account: Account):
    function = account.function("subject.describe")
    account.lambda_.publish_version(FunctionName=function.name)
    account.lambda_.create_alias(FunctionName=function.name, Name="live", FunctionVersion="1")
    for qualifier in ("live", "1", "live"):
        found = function.result(Qualifier=qualifier)
        assert found["invoked_function_arn"] == f"{function.arn}:{qualifier}"
        assert found["function_version"] == "1"


@pytest.mark.parametrize(
    ("settings", "code", "message"),
    [
        (
            {"Environment": {"Variables": {"AWS_REGION": "x", "LAMBDA_TASK_ROOT": "y"}}},
            "InvalidParameterValueException",
            (
                "contains reserved keys that are currently not supported for modification. "
                "Reserved keys used in this request: AWS_REGION, LAMBDA_TASK_ROOT"
            ),
        ),
        (
            {"Environment": {"Variables": {"BIG": "x" * 4097}}},
            "InvalidParameterValueException",
            "variables you have provided exceeded the 4KB limit.",
        ),
        (
            {"Environment": {"Variables": {"1A": "x"}}},
            "ValidationException",
            "Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+",
        ),
        (
            {"MemorySize": 10241},
            "ValidationException",
            (
                "1 validation error detected: Value '10241' at 'memorySize' failed to satisfy "
                "constraint: Member must have value less than or equal to 10240"
            ),
        ),
        (
            {"MemorySize": 129, "Timeout": 901},
            "ValidationException",
            (
                "Value '901' at 'timeout' failed to satisfy constraint: Member must have value "
                "less than or equal to 900"
            ),
        ),
        ({"EphemeralStorage": {"Size": 10241}}, "ValidationException", "'ephemeralStorage.size'"),
        ({"Role": "nobody"}, "ValidationException", "Value 'nobody' at 'role'"),
        (
            {"Role": f"arn:aws:iam::{ACCOUNT}:role/nobody"},
            "InvalidParameterValueException",
            "The role defined for the function cannot be assumed by Lambda.",
        ),
        (
            {"Runtime": "python9.9x"},
            "NotImplemented",
            "the runtime python9.9x (python3.10",
        ),
        ({"Runtime": "nodejs22.x"}, "NotImplemented", "the runtime nodejs22.x (python3.10"),
        ({"Runtime": "cobol"}, "InvalidParameterValueException", "or be a valid ARN"),
        ({"Layers": ["arn:aws:lambda:x:1:layer:l:1"]}, "NotImplemented", "Layers of a function"),
        ({"SnapStart": {"ApplyOn": "PublishedVersions"}}, "NotImplemented", "SnapStart"),
        (
            {"VpcConfig": {"SubnetIds": ["subnet-nobody"], "SecurityGroupIds": []}},
            "InvalidParameterValueException",
            "The subnet ID 'subnet-nobody' does not exist",
        ),
        ({"FunctionName": "x" * 65}, "ValidationException", "functionName"),
        ({"FunctionName": "a.b"}, "ValidationException", "functionName"),
        (
            {"Handler": None},
            "InvalidParameterValueException",
            "Runtime and Handler are mandatory parameters",
        ),
    ],
)
def test_1_6_settings_that_aws_refuses(account: Account, settings, code, message):
    """§1.6.1, §1.6.2, §1.8: at creation and, where it can be set there, at an update."""
    unchecked = account.client("lambda", parameter_validation=False)
    defaults = {
        "FunctionName": unique("function"),
        "Runtime": "python3.12",
        "Role": f"arn:aws:iam::{ACCOUNT}:role/contracts",
        "Handler": "subject.echo",
        "Code": {"ZipFile": archive()},
    }
    answer = refused(code, unchecked.create_function, **{**defaults, **settings})
    assert message in answer["Error"]["Message"]
    if "FunctionName" in settings or "Handler" in settings or "Role" in settings:
        return
    function = account.function("subject.echo")
    update = unchecked.update_function_configuration
    answer = refused(code, update, FunctionName=function.name, **settings)
    assert message in answer["Error"]["Message"]
    assert function.result("unchanged") == "unchanged"


@pytest.mark.process("an image has one Python")
@pytest.mark.parametrize("minor", range(10, 15))
def test_1_6_every_python_runtime_runs(account: Account, minor: int):
    function = account.function("subject.describe", Runtime=f"python3.{minor}")
    found = function.result()["variables"]["AWS_EXECUTION_ENV"]
    assert found == f"AWS_Lambda_python3.{minor}"


def escaping() -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as opened:
        opened.writestr("../../outside.py", "")
    return written.getvalue()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"Code": {"ZipFile": b"no zip"}}, "Could not unzip uploaded file. Please check your file"),
        ({"Code": {"ZipFile": zipped()}}, "Uploaded file must be a non-empty zip"),
        ({"Code": {"ZipFile": escaping()}}, "a path outside of its root"),
        ({"Code": {}}, "Please provide a source for function code."),
        ({"Code": {"S3Bucket": "nobodys-bucket", "S3Key": "k"}}, "S3 Error Code: NoSuchBucket"),
    ],
)
def test_1_8_code_that_cannot_be_used_is_refused(account: Account, settings, message):
    answer = refused(
        "InvalidParameterValueException", account.function, handler="subject.echo", **settings
    )
    assert message in answer["Error"]["Message"]


def test_1_8_an_image_must_be_one_that_is_known(account: Account):
    answer = refused(
        "InvalidParameterValueException",
        account.lambda_.create_function,
        FunctionName=unique("function"),
        Role=f"arn:aws:iam::{ACCOUNT}:role/contracts",
        PackageType="Image",
        Code={"ImageUri": "nobody/knows:v1"},
    )
    assert "Source image nobody/knows:v1 does not exist" in answer["Error"]["Message"]


def test_2_code_comes_from_a_version_of_an_object(account: Account):
    bucket = account.bucket(versioned=True)
    put = account.s3.put_object
    first = put(Bucket=bucket, Key="code.zip", Body=saying("old"))["VersionId"]
    put(Bucket=bucket, Key="code.zip", Body=saying("new"))
    code = {"S3Bucket": bucket, "S3Key": "code.zip", "S3ObjectVersion": first}
    function = account.function("h.handler", {"KEY": ""}, Code=code)
    assert function.result() == "old"
    account.lambda_.update_function_code(
        FunctionName=function.name, S3Bucket=bucket, S3Key="code.zip"
    )
    assert function.result() == "new"


def test_2_the_modes_of_a_zip_are_kept(account: Account):
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as opened:
        opened.writestr(
            member("h.py"), "import os\ndef handler(e, c): return os.stat('run.sh').st_mode"
        )
        script = zipfile.ZipInfo("run.sh")
        script.external_attr = 0o100755 << 16
        opened.writestr(script, "#!/bin/sh\n")
    function = account.function("h.handler", Code={"ZipFile": written.getvalue()})
    assert stat.S_IMODE(function.result()) == 0o755


def test_2_a_deleted_function_is_gone(account: Account):
    function = account.function("subject.echo")
    assert function.result(1) == 1
    account.lambda_.delete_function(FunctionName=function.name)
    answer = refused(
        "ResourceNotFoundException", account.lambda_.get_function, FunctionName=function.name
    )
    assert answer["Error"]["Message"] == f"Function not found: {function.arn}"
    refused("ResourceNotFoundException", function.invoke)
    again = account.function("subject.echo", FunctionName=function.name)
    assert again.result(2) == 2


def test_2_a_qualifier_said_twice_must_be_the_same(account: Account):
    function = account.function("subject.echo")
    answer = refused(
        "InvalidParameterValueException",
        account.lambda_.invoke,
        FunctionName=f"{function.name}:live",
        Qualifier="1",
    )
    assert "derived qualifier" in answer["Error"]["Message"]
    refused(
        "InvalidParameterValueException",
        account.lambda_.update_function_configuration,
        FunctionName=f"{function.name}:1",
        Timeout=4,
    )


def test_2_policies_belong_to_a_qualifier(account: Account):
    function = account.function("subject.echo")
    api, name = account.lambda_, function.name
    api.publish_version(FunctionName=name)
    api.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    statement = {
        "FunctionName": name,
        "StatementId": "s3",
        "Action": "lambda:InvokeFunction",
        "Principal": "s3.amazonaws.com",
        "SourceArn": "arn:aws:s3:::bucket",
        "SourceAccount": ACCOUNT,
        "Qualifier": "live",
    }
    api.add_permission(**statement)
    answer = refused("ResourceConflictException", api.add_permission, **statement)
    assert answer["Error"]["Message"].startswith("The statement id (s3) provided already exists.")
    policy = json.loads(api.get_policy(FunctionName=name, Qualifier="live")["Policy"])
    assert policy["Statement"] == [
        {
            "Sid": "s3",
            "Effect": "Allow",
            "Principal": {"Service": "s3.amazonaws.com"},
            "Action": "lambda:InvokeFunction",
            "Resource": f"{function.arn}:live",
            "Condition": {
                "StringEquals": {"AWS:SourceAccount": ACCOUNT},
                "ArnLike": {"AWS:SourceArn": "arn:aws:s3:::bucket"},
            },
        }
    ]
    refused("ResourceNotFoundException", api.get_policy, FunctionName=name)
    api.remove_permission(FunctionName=name, StatementId="s3", Qualifier="live")
    refused("ResourceNotFoundException", api.get_policy, FunctionName=name, Qualifier="live")


def test_2_tags_are_of_the_function(account: Account):
    function = account.function("subject.echo", Tags={"team": "hr", "stage": "test"})
    account.lambda_.tag_resource(Resource=function.arn, Tags={"team": "it"})
    account.lambda_.untag_resource(Resource=function.arn, TagKeys=["stage"])
    assert account.lambda_.list_tags(Resource=function.arn)["Tags"] == {"team": "it"}
    assert account.lambda_.get_function(FunctionName=function.name)["Tags"] == {"team": "it"}


def test_2_lists_come_in_pages(account: Account):
    names = {account.function("subject.echo").name for _ in range(3)}
    pages = list(
        account.lambda_.get_paginator("list_functions").paginate(PaginationConfig={"PageSize": 2})
    )
    assert max(len(page["Functions"]) for page in pages) == 2
    assert names <= {found["FunctionName"] for page in pages for found in page["Functions"]}
