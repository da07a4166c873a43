"""What AWS says of a member that is not what it should be."""

from __future__ import annotations

import pytest

from harness.errors import AwsError
from harness.services.lambda_.configuration.shapes import (
    ListOf,
    MapOf,
    Number,
    Structure,
    Text,
    Truth,
)

FAILED = "failed to satisfy constraint: "


@pytest.mark.parametrize(
    ("shape", "value", "violations"),
    [
        (Text(), "", []),
        (Text(low=1), "", [f"Value '' at 'm' {FAILED}Member must have length greater than or "]),
        (Text(high=2), "abc", [f"Value 'abc' at 'm' {FAILED}Member must have length less than"]),
        (Text("[a-z]+"), "A", [f"{FAILED}Member must satisfy regular expression pattern: [a-z]+"]),
        (Text(choices=("A", "B")), "C", ["Member must satisfy enum value set: [A, B]"]),
        (Number(1, 3), 4, ["Member must have value less than or equal to 3"]),
        (Number(1, 3), 0, ["Member must have value greater than or equal to 1"]),
        (Number(0, 1, whole=False), 0.5, []),
        (Truth(), True, []),
        (ListOf(Number(1)), [1, 0], ["Value '0' at 'm.2.member'"]),
        (ListOf(Text(), high=1), ["a", "b"], ["Member must have length less than or equal to 1"]),
        (MapOf(Text(), "[a-z]"), {"a": "x", "B": "y"}, [f"Value '['B']' at 'm' {FAILED}Map keys"]),
        (
            Structure({"A": Text()}, ["A"]),
            {"A": None},
            [f"Value null at 'm.a' {FAILED}Member must"],
        ),
        (Structure({"A": Number(1)}), {"A": 0, "B": []}, ["Value '0' at 'm.a'"]),
    ],
)
def test_constraints(shape, value, violations):
    found = shape.violations(value, "m")
    assert len(found) == len(violations)
    assert all(part in whole for part, whole in zip(violations, found, strict=True))


@pytest.mark.parametrize(
    ("shape", "value", "message"),
    [
        (Text(), 1, "NUMBER_VALUE can not be converted to a String"),
        (Text(), {}, "Start of structure or map found where not expected."),
        (Text(), [], "Start of list found where not expected."),
        (Number(1), "1", "STRING_VALUE can not be converted to an Integer"),
        (Number(1), 1.5, "NUMBER_VALUE can not be converted to an Integer"),
        (Number(1), True, "BOOLEAN_VALUE can not be converted to an Integer"),
        (Truth(), "true", "STRING_VALUE can not be converted to a Boolean"),
        (ListOf(Text()), {}, "Expected list or null"),
        (MapOf(Text()), [], "Expected map or null"),
        (Structure(), "x", "Expected structure or null"),
    ],
)
def test_another_type_is_an_error_of_its_own(shape, value, message):
    with pytest.raises(AwsError) as caught:
        shape.violations(value, "m")
    assert (caught.value.code, caught.value.message) == ("SerializationException", message)


def test_values_of_a_map_are_not_shown():
    (violation,) = MapOf(Text(), "[a-z]+").violations({"1": "secret"}, "environment.variables")
    assert "secret" not in violation
