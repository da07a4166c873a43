from __future__ import annotations

import pytest

from harness.stack.errors import TemplateError
from harness.stack.intrinsics import Scope, references, resolve

SCOPE = Scope(
    values={"Name": "n", "Flag": True, "List": ["x", "y"], "AWS::Region": "ap-northeast-1"},
    attributes={"Fn": {"Arn": "arn:fn", "Nested.Value": 7}},
    mappings={"Map": {"ap-northeast-1": {"size": 3}}},
    zones=lambda region: [f"{region or 'home'}a", f"{region or 'home'}c"],
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("plain", "plain"),
        ({"Ref": "Name"}, "n"),
        ({"Ref": "List"}, ["x", "y"]),
        ({"Fn::GetAtt": ["Fn", "Arn"]}, "arn:fn"),
        ({"Fn::GetAtt": "Fn.Nested.Value"}, 7),
        ({"Fn::Sub": "${Name}/${Fn.Arn}/${!Name}/${Flag}"}, "n/arn:fn/${Name}/true"),
        ({"Fn::Sub": ["${Local}-${Name}", {"Local": {"Ref": "Name"}}]}, "n-n"),
        ({"Fn::Join": ["-", ["a", {"Ref": "Name"}, 1]]}, "a-n-1"),
        ({"Fn::Join": [",", {"Ref": "List"}]}, "x,y"),
        ({"Fn::Select": ["1", {"Fn::Split": [",", "a,b"]}]}, "b"),
        ({"Fn::FindInMap": ["Map", {"Ref": "AWS::Region"}, "size"]}, 3),
        ({"Fn::Base64": {"Ref": "Name"}}, "bg=="),
        ({"Fn::Select": [0, {"Fn::GetAZs": ""}]}, "homea"),
        ({"Fn::GetAZs": {"Ref": "AWS::Region"}}, ["ap-northeast-1a", "ap-northeast-1c"]),
        ({"Deep": [{"Ref": "Name"}, {"K": {"Fn::Sub": "${Name}"}}]}, {"Deep": ["n", {"K": "n"}]}),
        ({"Ref": "Name", "Other": 1}, {"Ref": "Name", "Other": 1}),
    ],
)
def test_resolve(value, expected):
    assert resolve(value, SCOPE) == expected


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"Ref": "Nobody"}, "Ref names Nobody"),
        ({"Fn::GetAtt": ["Fn", "Nothing"]}, r"no attribute Fn\.Nothing"),
        ({"Fn::Sub": "${Nobody}"}, "Ref names Nobody"),
        ({"Fn::Sub": "${List}"}, "List stands for a list"),
        ({"Fn::Select": [5, ["a"]]}, "asks for item 5 of 1"),
        ({"Fn::FindInMap": ["Map", "eu", "size"]}, r"Mappings have no Map\.eu\.size"),
        ({"Fn::Join": "x"}, "Fn::Join does not have the arguments it needs"),
        ({"Fn::Select": ["x", ["a"]]}, "Fn::Select does not have the arguments"),
        ({"Fn::GetAtt": ["Fn"]}, "Fn::GetAtt does not have the arguments"),
        ({"Fn::ImportValue": "x"}, "Fn::ImportValue is not supported"),
    ],
)
def test_what_cannot_be_resolved_says_why(value, message):
    with pytest.raises(TemplateError, match=message):
        resolve(value, SCOPE)


def test_references_finds_every_name():
    value = {
        "A": {"Ref": "R"},
        "B": [{"Fn::GetAtt": ["G", "Arn"]}],
        "C": {"Fn::Sub": ["${S}${T.Arn}${V}${!L}", {"V": {"Ref": "W"}}]},
        "D": {"Fn::Join": ["", [{"Ref": "J"}]]},
    }
    assert set(references(value)) == {
        ("R", ""),
        ("G", "Arn"),
        ("S", ""),
        ("T", "Arn"),
        ("W", ""),
        ("J", ""),
    }


def test_references_refuses_functions_that_nothing_resolves():
    with pytest.raises(TemplateError, match="Fn::Cidr is not supported"):
        list(references({"A": {"Fn::Cidr": ["10.0.0.0/16", 2, 8]}}))
