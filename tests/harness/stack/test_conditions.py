from __future__ import annotations

import pytest

from harness.stack.conditions import decided, evaluate
from harness.stack.errors import TemplateError
from harness.stack.intrinsics import Scope

SCOPE = Scope({"Stage": "prod", "Number": "2"})
PROD = {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}
TEST = {"Fn::Equals": [{"Ref": "Stage"}, "test"]}


def test_every_kind_of_condition():
    conditions = {
        "Prod": PROD,
        "Test": TEST,
        "NotTest": {"Fn::Not": [{"Condition": "Test"}]},
        "Both": {"Fn::And": [{"Condition": "Prod"}, {"Condition": "NotTest"}]},
        "Either": {"Fn::Or": [TEST, {"Condition": "Both"}]},
        "Neither": {"Fn::And": [PROD, TEST]},
        "Numbers": {"Fn::Equals": [{"Ref": "Number"}, 2]},
    }
    assert evaluate(conditions, SCOPE) == {
        "Prod": True,
        "Test": False,
        "NotTest": True,
        "Both": True,
        "Either": True,
        "Neither": False,
        "Numbers": True,
    }


@pytest.mark.parametrize(
    ("conditions", "message"),
    [
        ({"A": {"Condition": "B"}}, "there is no condition B"),
        (
            {"A": {"Condition": "B"}, "B": {"Fn::Not": [{"Condition": "A"}]}},
            "conditions depend on one another: A -> B -> A",
        ),
        ({"A": {"Ref": "Stage"}}, "is not a condition"),
        ({"A": {"Fn::Equals": ["x"]}}, "Fn::Equals does not have the arguments"),
        ({"A": {"Fn::Equals": [{"Ref": "Nobody"}, "x"]}}, "Ref names Nobody"),
    ],
)
def test_broken_conditions(conditions, message):
    with pytest.raises(TemplateError, match=message):
        evaluate(conditions, SCOPE)


def test_branches_are_chosen_and_no_value_disappears():
    value = {
        "Chosen": {"Fn::If": ["Yes", {"Ref": "A"}, "b"]},
        "Nested": {"Fn::If": ["No", 1, {"Fn::If": ["Yes", 2, 3]}]},
        "Gone": {"Fn::If": ["No", 1, {"Ref": "AWS::NoValue"}]},
        "List": [1, {"Fn::If": ["No", 2, {"Ref": "AWS::NoValue"}]}, {"Ref": "AWS::NoValue"}],
    }
    assert decided(value, {"Yes": True, "No": False}) == {
        "Chosen": {"Ref": "A"},
        "Nested": 2,
        "List": [1],
    }


def test_an_undeclared_condition_is_refused():
    with pytest.raises(TemplateError, match="Fn::If names the condition Nope"):
        decided({"A": {"Fn::If": ["Nope", 1, 2]}}, {})


def test_a_malformed_if_is_refused():
    with pytest.raises(TemplateError, match="Fn::If does not have the arguments"):
        decided({"A": {"Fn::If": ["Yes", 1]}}, {"Yes": True})
