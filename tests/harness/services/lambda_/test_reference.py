"""Every way to name a function, and what names none."""

from __future__ import annotations

import pytest

from harness.call import Call
from harness.errors import AwsError
from harness.services.lambda_.reference import parse_reference, reference, unqualified
from tests.harness.services.lambda_.examples import ARN, REGION


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
    with pytest.raises(AwsError, match="ValidationException") as caught:
        parse_reference(reference)
    assert caught.value.status == 400


def call(named: str, query: str = "") -> Call:
    return Call("lambda", "Invoke", "POST", f"/2015-03-31/functions/{named}/invocations", query)


@pytest.mark.parametrize(
    ("named", "query", "found"),
    [
        ("f", "", ("f", "")),
        ("f", "Qualifier=live", ("f", "live")),
        ("f:live", "Qualifier=live", ("f", "live")),
        ("f", "Qualifier=%24LATEST", ("f", "$LATEST")),
        (f"{ARN}:1", "", ("f", "1")),
    ],
)
def test_the_qualifier_is_in_the_name_or_a_parameter(named, query, found):
    assert reference(call(named, query), REGION) == found


@pytest.mark.parametrize(
    ("named", "query", "code", "message"),
    [
        ("f:1", "Qualifier=2", "InvalidParameterValueException", "derived qualifier"),
        ("f", "Qualifier=a%20b", "ValidationException", "'qualifier' failed"),
        (ARN.replace(REGION, "eu-west-1"), "", "ResourceNotFoundException", "not reachable"),
        (ARN.replace("123456789012", "1" * 12), "", "AccessDeniedException", "lambda:Invoke"),
    ],
)
def test_what_cannot_be_meant_here_is_refused(named, query, code, message):
    with pytest.raises(AwsError, match=message) as caught:
        reference(call(named, query), REGION)
    assert caught.value.code == code


def test_some_operations_are_about_functions_only():
    assert unqualified(call(ARN), REGION) == "f"
    with pytest.raises(AwsError, match="Aliases and versions do not support this operation"):
        unqualified(call("f:1"), REGION)
