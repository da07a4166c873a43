from __future__ import annotations

import asyncio
from typing import Any

import orjson
import pytest

from harness.call import Call, Reply
from harness.errors import AwsError
from harness.services.lambda_.function import Functions, describe, parse_reference
from tests.harness.services.lambda_.examples import ARN, REGION, answer, function


@pytest.mark.parametrize(
    ("reference", "parsed"),
    [
        ("f", ("f", "")),
        ("f:1", ("f", "1")),
        ("f:live", ("f", "live")),
        ("f:$LATEST", ("f", "$LATEST")),
        ("function:f", ("f", "")),
        ("123456789012:function:f:1", ("f", "1")),
        (ARN, ("f", "")),
        (f"{ARN}:live", ("f", "live")),
        (ARN.replace(":", "%3A"), ("f", "")),
        ("my_long-Name_2", ("my_long-Name_2", "")),
    ],
)
def test_every_way_to_name_a_function(reference, parsed):
    assert parse_reference(reference) == parsed


@pytest.mark.parametrize(
    "reference", ["", "a b", "f:", "x" * 65, "arn:aws:s3:::bucket", "f/g", "f:1:2"]
)
def test_what_names_no_function_is_refused(reference):
    with pytest.raises(AwsError, match="InvalidParameterValueException") as caught:
        parse_reference(reference)
    assert caught.value.status == 400


def test_a_zip_function():
    described = function(
        Environment={"Variables": {"A": "1"}},
        DeadLetterConfig={"TargetArn": "arn:q"},
        LoggingConfig={"LogFormat": "JSON", "LogGroup": "/mine"},
    )
    assert (described.name, described.arn, described.version) == ("f", ARN, "$LATEST")
    assert (described.handler, described.runtime) == ("h.handler", "python3.12")
    assert (described.memory_mb, described.timeout_s) == (256, 7)
    assert described.variables == {"A": "1"}
    assert (described.image_uri, described.code_sha256[:6]) == ("", "W68lZG")
    assert (described.log_group, described.log_format) == ("/mine", "JSON")
    assert described.dead_letter_arn == "arn:q"
    assert described.reserved_concurrency is None


def test_an_image_function():
    configuration = answer(
        PackageType="Image",
        Handler="",
        ImageConfigResponse={"ImageConfig": {"Command": ["pkg.mod.handler", "unused"]}},
    )
    described = describe({**configuration, "Code": {"ImageUri": "repo:v1"}})
    assert (described.image_uri, described.handler) == ("repo:v1", "pkg.mod.handler")
    assert described.code_sha256 == ""
    assert described.log_group == "/aws/lambda/f"


def test_defaults_are_those_of_aws():
    configuration = {"FunctionName": "f", "FunctionArn": ARN}
    described = describe({"Configuration": configuration, "Code": {}})
    assert (described.memory_mb, described.timeout_s, described.log_format) == (128, 3, "Text")
    assert described.variables == {}


@pytest.mark.parametrize(
    "change",
    [
        {"Timeout": 8},
        {"MemorySize": 512},
        {"CodeSha256": "AAAA"},
        {"Environment": {"Variables": {"A": "2"}}},
        {"LoggingConfig": {"LogFormat": "JSON"}},
        {"RevisionId": "2"},
    ],
)
def test_what_makes_running_sandboxes_outdated(change):
    assert function(**change).revision != function().revision


@pytest.mark.parametrize("change", [{"State": "Pending"}, {"LastUpdateStatus": "InProgress"}])
def test_what_leaves_them_as_they_are(change):
    assert function(**change).revision == function().revision


NOT_THERE = b'{"__type": "ResourceNotFoundException", "Message": "Function not found"}'


class ControlPlane:
    """Answers by path; what is not in `answers` does not exist."""

    def __init__(self, **answers: dict[str, Any]) -> None:
        self.answers: dict[str, dict[str, Any]] = {
            "/2015-03-31/functions/f": answer(),
            "/2019-09-30/functions/f/concurrency": {},
            **answers,
        }
        self.asked: list[str] = []
        self.during: Any = lambda: None

    async def __call__(self, call: Call) -> Reply:
        self.asked.append(call.path + (f"?{call.query}" if call.query else ""))
        await asyncio.sleep(0)
        self.during()
        if call.path not in self.answers:
            return Reply(404, [], NOT_THERE)
        return Reply(200, [], orjson.dumps(self.answers[call.path]))


def test_a_function_is_asked_for_once_until_something_changes():
    async def work() -> None:
        plane = ControlPlane()
        functions = Functions(plane, REGION)
        assert await functions.get("f") is await functions.get(ARN)
        assert plane.asked.count("/2015-03-31/functions/f") == 1
        functions.forget()
        plane.answers["/2015-03-31/functions/f"] = answer(Timeout=9)
        assert (await functions.get("f")).timeout_s == 9

    asyncio.run(work())


def test_a_change_while_a_function_is_asked_for_is_not_missed():
    async def work() -> None:
        plane = ControlPlane()
        functions = Functions(plane, REGION)
        plane.during = functions.forget
        await functions.get("f")
        plane.during = lambda: None
        plane.answers["/2015-03-31/functions/f"] = answer(Timeout=9)
        assert (await functions.get("f")).timeout_s == 9

    asyncio.run(work())


@pytest.mark.parametrize(
    ("reference", "qualifier", "query"),
    [
        ("f", "live", "live"),
        ("f:live", "", "live"),
        ("f:1", "live", "live"),
        ("f:$LATEST", "", "%24LATEST"),
    ],
)
def test_a_qualifier_is_asked_for(reference, qualifier, query):
    plane = ControlPlane()
    asyncio.run(Functions(plane, REGION).get(reference, qualifier))
    assert plane.asked[0] == f"/2015-03-31/functions/f?Qualifier={query}"


@pytest.mark.parametrize("reserved", [0, 5])
def test_reserved_concurrency_of_zero_counts(reserved):
    plane = ControlPlane()
    plane.answers["/2019-09-30/functions/f/concurrency"] = {
        "ReservedConcurrentExecutions": reserved
    }
    found = asyncio.run(Functions(plane, REGION).get("f"))
    assert found.reserved_concurrency == reserved


def test_what_the_control_plane_forgets_is_remembered_for_it():
    async def work() -> None:
        functions = Functions(ControlPlane(), REGION)
        assert (await functions.get("f")).dead_letter_arn == ""
        functions.keep(ARN, {"DeadLetterConfig": {"TargetArn": "arn:q"}})
        assert (await functions.get("f")).dead_letter_arn == "arn:q"
        functions.deleted(ARN)
        functions.forget()
        assert (await functions.get("f")).dead_letter_arn == ""

    asyncio.run(work())


def test_an_unknown_function_is_named_with_its_version():
    with pytest.raises(AwsError) as caught:
        asyncio.run(Functions(ControlPlane(), REGION).get("nobody"))
    assert (caught.value.code, caught.value.status) == ("ResourceNotFoundException", 404)
    assert caught.value.message == (
        f"Function not found: arn:aws:lambda:{REGION}:123456789012:function:nobody:$LATEST"
    )


def test_another_error_of_the_control_plane_stays_what_it_is():
    async def failing(call: Call) -> Reply:
        return Reply(500, [], b'{"__type": "ServiceException", "Message": "down"}')

    with pytest.raises(AwsError, match="ServiceException: down"):
        asyncio.run(Functions(failing, REGION).get("f"))
