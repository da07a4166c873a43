from __future__ import annotations

import pytest

from harness.stack.properties import Leaf, MapOf, Refused, SetOf, differences, unhandled

SHAPE = {
    "Name": Leaf.VALUE,
    "Rule": Leaf.CASELESS,
    "Document": Leaf.VALUE,
    "Nested": {"Status": Leaf.VALUE},
    "Ordered": [{"Id": Leaf.VALUE}],
    "Set": SetOf({"Key": Leaf.VALUE, "Value": Leaf.VALUE}),
    "Map": MapOf({"Inner": Leaf.VALUE}),
    "Variables": MapOf(Leaf.SECRET),
    "Secret": Leaf.SECRET,
    "Written": Leaf.WRITE_ONLY,
    "Lost": Refused("moto forgets it; use X instead"),
}


def paths(value):
    return [path for path, _ in unhandled(value, SHAPE)]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Name": "x", "Document": {"anything": [1]}}, []),
        ({"Unknown": 1}, ["Unknown"]),
        ({"Nested": {"Status": 1, "Other": 2}}, ["Nested.Other"]),
        ({"Ordered": [{"Id": 1}, {"Id": 1, "X": 2}]}, ["Ordered[1].X"]),
        ({"Set": [{"Key": 1, "Color": 2}]}, ["Set[0].Color"]),
        ({"Map": {"any": {"Inner": 1, "Outer": 2}}}, ["Map.any.Outer"]),
        ({"Nested": []}, ["Nested"]),
        ({"Map": "x"}, ["Map"]),
        ({"Set": {"Key": 1}}, ["Set"]),
        ({"Nested": {"Ref": "Later"}, "Set": {"Fn::Split": [",", "a"]}}, []),
        ({"Lost": {}}, ["Lost"]),
    ],
)
def test_unhandled_names_the_path(value, expected):
    assert paths(value) == expected


def test_a_refused_property_says_what_to_write_instead():
    assert list(unhandled({"Lost": 1}, SHAPE)) == [("Lost", "moto forgets it; use X instead")]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"Name": "300"}, {"Name": 300}),
        ({"Name": "true"}, {"Name": True}),
        ({"Name": 0.05}, {"Name": 0.05}),
        ({"Name": "290000"}, {"Name": 290000.0}),
        ({"Rule": "prefix"}, {"Rule": "Prefix"}),
        ({"Document": {"a": [1, {"b": "2"}]}}, {"Document": {"a": [1, {"b": "2"}]}}),
        ({"Nested": {"Status": "On"}}, {"Nested": {"Status": "On", "More": 1}}),
        ({"Nested": {}}, {}),
        ({"Set": [{"Key": 1}, {"Key": 2}]}, {"Set": [{"Key": 2, "X": 0}, {"Key": 1}]}),
        ({"Map": {"a": {"Inner": 1}}}, {"Map": {"a": {"Inner": 1}, "b": {"Inner": 2}}}),
        ({"Written": "x"}, {}),
        ({"Secret": "s"}, {"Secret": "s"}),
        ({}, {"Name": "x"}),
    ],
)
def test_what_was_asked_is_there(asked, found):
    assert list(differences(asked, found, SHAPE)) == []


@pytest.mark.parametrize(
    ("asked", "found", "path"),
    [
        ({"Name": "x"}, {"Name": "y"}, "Name"),
        ({"Name": "x"}, {}, "Name"),
        ({"Name": True}, {"Name": 1}, "Name"),
        ({"Name": "012"}, {"Name": "12"}, "Name"),
        ({"Document": {"a": 1}}, {"Document": {"a": 1, "b": 2}}, "Document"),
        ({"Document": [1, 2]}, {"Document": [2, 1]}, "Document"),
        ({"Nested": {"Status": "On"}}, {}, "Nested.Status"),
        ({"Nested": {"Status": "On"}}, {"Nested": None}, "Nested.Status"),
        ({"Ordered": [{"Id": 1}, {"Id": 2}]}, {"Ordered": [{"Id": 2}, {"Id": 1}]}, "Ordered[0].Id"),
        ({"Ordered": [{"Id": 1}]}, {"Ordered": []}, "Ordered"),
        ({"Set": [{"Key": 1}]}, {"Set": [{"Key": 1}, {"Key": 2}]}, "Set"),
        ({"Set": [{"Key": 1}, {"Key": 3}]}, {"Set": [{"Key": 1}, {"Key": 2}]}, "Set"),
        ({"Set": [{"Key": 1}]}, {}, "Set"),
        ({"Map": {"a": {"Inner": 1}}}, {"Map": {"a": {}}}, "Map.a.Inner"),
    ],
)
def test_what_is_missing_or_different_is_found(asked, found, path):
    assert next(differences(asked, found, SHAPE)).path == path


def test_a_difference_shows_both_sides():
    difference = next(differences({"Name": "x"}, {"Name": "y"}, SHAPE))
    assert str(difference) == "the template asks for 'x', AWS holds 'y'"


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"Secret": "hunter2"}, {"Secret": "other1"}),
        ({"Variables": {"P": "hunter2"}}, {"Variables": {"P": "other1"}}),
    ],
)
def test_a_secret_is_compared_but_never_shown(asked, found):
    text = str(next(differences(asked, found, SHAPE)))
    assert "hunter2" not in text
    assert "other1" not in text
