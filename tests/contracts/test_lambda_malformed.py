"""Malformed requests to the Lambda API: AWS's error in AWS's wire format, whatever comes (§2.3)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.contracts.account import Account, Function
from tests.contracts.wire import Wire, connected

FUZZED = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)
BODIES = st.one_of(st.binary(max_size=60), JSON.map(lambda value: json.dumps(value).encode()))
NAMES = st.one_of(
    st.sampled_from(["{name}", "{name}:1", "{name}:live", "{name}:$LATEST", "nobody", ""]),
    st.text(st.characters(codec="utf-8"), max_size=30),
)
MEMBERS = [
    *("FunctionName", "Role", "Code", "Handler", "Runtime", "Timeout", "MemorySize", "Environment"),
    *(
        "VpcConfig",
        "DeadLetterConfig",
        "LoggingConfig",
        "EphemeralStorage",
        "ImageConfig",
        "Layers",
    ),
    *("TracingConfig", "SnapStart", "Architectures", "PackageType", "Publish", "Tags"),
    *("ZipFile", "S3Bucket", "S3Key", "ImageUri", "RevisionId", "Description", "DryRun"),
    *("Name", "FunctionVersion", "RoutingConfig", "ReservedConcurrentExecutions"),
    *("ProvisionedConcurrentExecutions", "Action", "Principal", "StatementId", "CodeSha256"),
]
REQUESTS = st.dictionaries(st.sampled_from(MEMBERS), JSON, max_size=8)
OPERATIONS = [
    ("POST", "/2015-03-31/functions"),
    ("GET", "/2015-03-31/functions?MaxItems={value}&Marker={value}"),
    ("GET", "/2015-03-31/functions/{name}?Qualifier={value}"),
    ("PUT", "/2015-03-31/functions/{name}/code"),
    ("PUT", "/2015-03-31/functions/{name}/configuration"),
    ("POST", "/2015-03-31/functions/{name}/versions"),
    ("GET", "/2015-03-31/functions/{name}/versions?Marker={value}"),
    ("POST", "/2015-03-31/functions/{name}/aliases"),
    ("PUT", "/2015-03-31/functions/{name}/aliases/{value}"),
    ("GET", "/2015-03-31/functions/{name}/aliases/{value}"),
    ("DELETE", "/2015-03-31/functions/{name}/aliases/{value}"),
    ("POST", "/2015-03-31/functions/{name}/policy?Qualifier={value}"),
    ("DELETE", "/2015-03-31/functions/{name}/policy/{value}"),
    ("POST", "/2015-03-31/functions/{name}/invocations?Qualifier={value}"),
    ("POST", "/2014-11-13/functions/{name}/invoke-async"),
    ("POST", "/2021-11-15/functions/{name}/response-streaming-invocations"),
    ("PUT", "/2017-10-31/functions/{name}/concurrency"),
    ("GET", "/2019-09-30/functions/{name}/concurrency"),
    ("PUT", "/2019-09-30/functions/{name}/provisioned-concurrency?Qualifier={value}"),
    ("GET", "/2019-09-30/functions/{name}/provisioned-concurrency?Qualifier={value}"),
    ("POST", "/2017-03-31/tags/{name}"),
    ("DELETE", "/2017-03-31/tags/arn:aws:lambda:x:123456789012:function:{name}?{value}"),
    ("PATCH", "/2015-03-31/functions/{name}/nothing-of-the-kind"),
]


@pytest.fixture(scope="module")
def function(account: Account) -> Function:
    return account.function("subject.echo")


@pytest.fixture
def wire(account: Account) -> Iterator[Wire]:
    with connected(account.url, account.signed("lambda")) as wire:
        yield wire


def check(wire: Wire, method: str, path: str, body: bytes) -> int:
    """Return the status; the answer must be one that AWS gives, on a connection that lives on."""
    wire.request(f"{method} {path}", body=body)
    answer = wire.answer(method)
    content: bytes = answer.content
    assert answer.status < 500 or answer.status == 501, (method, path, body, content)
    if answer.status >= 400:
        assert answer.headers["x-amzn-errortype"], (method, path, body, content)
        assert json.loads(content)["message"]
    return answer.status


@pytest.mark.parametrize(("method", "path"), OPERATIONS, ids=lambda text: text.split("?")[0])
def test_2_3_anything_gets_an_answer(wire: Wire, function: Function, method: str, path: str):
    @FUZZED
    @given(NAMES, st.text(st.characters(codec="utf-8"), max_size=12), BODIES | REQUESTS)
    def fuzz(name: str, value: str, body: Any) -> None:
        target = path.format(
            name=quote(name.format(name=function.name) if "{name}" in name else name, safe=""),
            value=quote(value, safe=""),
        )
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        check(wire, method, target, b"" if method == "GET" else raw)

    fuzz()


@pytest.mark.parametrize("member", MEMBERS)
def test_2_3_every_member_of_another_type_is_refused(wire: Wire, function: Function, member: str):
    """No member is a list of lists of numbers, so whoever reads it has to refuse it."""
    request = json.dumps({member: [[1]]}).encode()
    name = function.name
    statuses = [
        check(wire, "POST", "/2015-03-31/functions", request),
        check(wire, "PUT", f"/2015-03-31/functions/{name}/code", request),
        check(wire, "PUT", f"/2015-03-31/functions/{name}/configuration", request),
        check(wire, "POST", f"/2015-03-31/functions/{name}/aliases", request),
    ]
    assert statuses[0] == 400


def test_2_3_members_of_another_operation_are_not_looked_at(wire: Wire, account: Account):
    function = account.function("subject.echo")
    request = json.dumps({"CodeSha256": "x", "Version": "7", "FunctionArn": "y"}).encode()
    path = f"/2015-03-31/functions/{function.name}/configuration"
    assert check(wire, "PUT", path, request) == 200
    assert function.result(1) == 1


def test_2_3_nothing_of_all_that_has_changed_the_function(account: Account, function: Function):
    assert function.result("still here") == "still here"
    found = account.lambda_.get_function_configuration(FunctionName=function.name)
    assert (found["Timeout"], found["Handler"]) == (3, "subject.echo")
