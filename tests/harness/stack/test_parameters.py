from __future__ import annotations

import pytest

from harness.stack.errors import TemplateError
from harness.stack.parameters import values


def test_given_values_win_over_defaults():
    declared = {"A": {"Type": "String", "Default": "x"}, "B": {"Type": "Number", "Default": 5432}}
    assert values(declared, {"A": "y"}) == {"A": "y", "B": "5432"}


def test_lists_are_split():
    declared = {"A": {"Type": "CommaDelimitedList"}, "B": {"Type": "List<AWS::EC2::Subnet::Id>"}}
    assert values(declared, {"A": "x, y", "B": "s"}) == {"A": ["x", "y"], "B": ["s"]}


@pytest.mark.parametrize(
    ("declaration", "given", "message"),
    [
        ({"Type": "String"}, None, "the parameter P has no value; give it with --parameter P=…"),
        ({"AllowedValues": ["a", "b"]}, "c", "P must be one of a, b"),
        ({"AllowedPattern": "[a-z]+"}, "A", r"P must match \[a-z\]\+"),
        ({"AllowedPattern": "x", "ConstraintDescription": "only x"}, "y", "P only x"),
        ({"AllowedPattern": "[a-z]+"}, "ab1", "P must match"),
        ({"MinLength": 8}, "short", "P must have at least 8 characters"),
        ({"MaxLength": 2}, "long", "P must have at most 2 characters"),
        ({"Type": "Number"}, "x", "P must be a number"),
        ({"Type": "Number", "MinValue": 1}, "0", "P must be at least 1"),
        ({"Type": "Number", "MaxValue": 1}, "2", "P must be at most 1"),
        ({"AllowedPattern": "["}, "x", "the declaration of the parameter P is not understood"),
        ({"Type": "Number", "MinValue": "x"}, "1", "the declaration of the parameter P is not"),
        ({"Type": "AWS::SSM::Parameter::Value<String>"}, "x", "which is not supported"),
    ],
)
def test_what_breaks_a_rule_is_refused(declaration, given, message):
    with pytest.raises(TemplateError, match=message):
        values({"P": declaration}, {} if given is None else {"P": given})


def test_an_undeclared_parameter_is_refused():
    with pytest.raises(TemplateError, match="declares no parameter Typo"):
        values({}, {"Typo": "x"})


def test_the_value_of_a_parameter_is_never_in_a_message():
    declared = {"Password": {"NoEcho": True, "MinLength": 100, "AllowedPattern": "[0-9]+"}}
    with pytest.raises(TemplateError) as failure:
        values(declared, {"Password": "hunter2-secret"})
    assert "hunter2" not in str(failure.value)
