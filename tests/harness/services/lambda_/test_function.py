from __future__ import annotations

import asyncio
from typing import Any

import orjson
import pytest

from harness.call import Call, Reply
from harness.errors import AwsError
from harness.services.lambda_.function import Functions, describe
from tests.harness.services.lambda_.examples import ARN, REGION, answer, function


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
            "/2015-03-31/functions/f/aliases/live": {},
            **answers,
        }
        self.asked: list[str] = []
        self.during: Any = lambda: None

    async def __call__(self, call: Call) -> Reply:
        target = call.path + (f"?{call.query}" if call.query else "")
        self.asked.append(target)
        await asyncio.sleep(0)
        self.during()
        found = self.answers.get(target, self.answers.get(call.path))
        if found is None:
            return Reply(404, [], NOT_THERE)
        return Reply(200, [], orjson.dumps(found))


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
    concurrency = {"ReservedConcurrentExecutions": reserved}
    plane.answers["/2015-03-31/functions/f"] = {**answer(), "Concurrency": concurrency}
    found = asyncio.run(Functions(plane, REGION).get("f"))
    assert found.reserved_concurrency == reserved


def test_the_weights_of_an_alias_share_the_invocations():
    async def work() -> None:
        chances = iter([0.0, 0.29, 0.3, 0.9])
        plane = ControlPlane()
        plane.answers["/2015-03-31/functions/f?Qualifier=live"] = answer(
            FunctionArn=f"{ARN}:live", Version="1"
        )
        plane.answers["/2015-03-31/functions/f?Qualifier=2"] = answer(
            FunctionArn=f"{ARN}:2", Version="2"
        )
        plane.answers["/2015-03-31/functions/f/aliases/live"] = {
            "RoutingConfig": {"AdditionalVersionWeights": {"2": 0.3}}
        }
        functions = Functions(plane, REGION, chance=lambda: next(chances))
        found = [await functions.get("f", "live") for _ in range(4)]
        assert [function.version for function in found] == ["2", "2", "1", "1"]
        assert {function.arn for function in found} == {f"{ARN}:live"}

    asyncio.run(work())


def test_the_qualified_arn_has_the_qualifier_of_the_call_or_the_version():
    assert function().qualified_arn == f"{ARN}:$LATEST"
    assert function(FunctionArn=f"{ARN}:live", Version="3").qualified_arn == f"{ARN}:live"


def test_a_qualifier_alone_makes_no_sandbox_outdated():
    assert function(FunctionArn=f"{ARN}:live").revision == function().revision


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
