from __future__ import annotations

import pytest

from harness.stack.errors import TemplateError
from harness.stack.template import parse, read


def value(text: str):
    return parse(f"Resources: {{R: {{Type: T, Properties: {{V: {text}}}}}}}", "t.yaml")[
        "Resources"
    ]["R"]["Properties"]["V"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("!Ref Name", {"Ref": "Name"}),
        ("!Condition Name", {"Condition": "Name"}),
        ("!GetAtt A.B.C", {"Fn::GetAtt": ["A", "B.C"]}),
        ("!GetAtt [A, B]", {"Fn::GetAtt": ["A", "B"]}),
        ("!Sub 'x-${A}'", {"Fn::Sub": "x-${A}"}),
        ('!GetAZs ""', {"Fn::GetAZs": ""}),
        (
            "!Join ['-', [!Ref A, {'Fn::Sub': b}]]",
            {"Fn::Join": ["-", [{"Ref": "A"}, {"Fn::Sub": "b"}]]},
        ),
        ("!Select [0, !Split [',', 'a,b']]", {"Fn::Select": [0, {"Fn::Split": [",", "a,b"]}]}),
        ("!Transform {Name: N, A: !Ref B}", {"Fn::Transform": {"Name": "N", "A": {"Ref": "B"}}}),
    ],
)
def test_short_forms_become_long_forms(text, expected):
    assert value(text) == expected


def test_a_policy_version_is_text_and_not_a_date():
    assert value("2012-10-17") == "2012-10-17"


def test_json_is_a_template_too():
    assert parse('{"Resources": {"R": {"Type": "T"}}}', "t.json")["Resources"] == {
        "R": {"Type": "T"}
    }


def test_anchors_and_merge_keys_work():
    text = "Resources:\n  A: &a {Type: T}\n  B:\n    <<: *a\n    DependsOn: A\n"
    assert parse(text, "t")["Resources"]["B"] == {"Type": "T", "DependsOn": "A"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Resources:\n  A: [", "t.yaml:3:1: did not find expected node content"),
        ("Resources:\n  A: {Type: T}\n  A: {Type: U}", 't.yaml:3:3: "A" is there twice'),
        ("Resources: {{ resources }}", "t.yaml:1:13: found unhashable key"),
        ("", "must be a mapping"),
        ("just text", "must be a mapping"),
        ("Resources: {}", "Resources is missing or empty"),
        ("Description: x", "Resources is missing or empty"),
        ("Resources: {A: {Properties: {}}}", "the resource A has no Type"),
        ("Resources: {A: {Type: T}}\nRules: {}", "Rules is not supported here"),
        ("Resources: {A: {Type: T}}\nParameters: {P: x}", "Parameters.P must be an object"),
        ("Resources: {A: {Type: T}}\nOutputs: {O: {}}", "the output O has no Value"),
        ("Resources: {A: {Type: T}}\nOutputs: !Sub x", "Fn::Sub cannot stand for a whole section"),
        ("Resources: {A: x}", "Resources.A must be an object"),
    ],
)
def test_a_broken_template_is_one_clear_line(text, message):
    with pytest.raises(TemplateError) as failure:
        parse(text, "t.yaml")
    assert message in str(failure.value)
    assert "\n" not in str(failure.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(TemplateError, match=r"none\.yaml cannot be read: No such file"):
        read(tmp_path / "none.yaml")


def test_a_directory_is_not_a_template(tmp_path):
    with pytest.raises(TemplateError, match="cannot be read: Is a directory"):
        read(tmp_path)


def test_a_file_that_is_not_text_is_named(tmp_path):
    path = tmp_path / "t.yaml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(TemplateError, match=r"t\.yaml is not UTF-8 text"):
        read(path)
