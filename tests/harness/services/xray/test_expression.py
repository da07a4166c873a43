from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import AwsError
from harness.services.xray.expression import parse

SUMMARY: dict[str, Any] = {
    "Duration": 2.5,
    "ResponseTime": 1.0,
    "HasFault": True,
    "HasError": False,
    "HasThrottle": False,
    "IsPartial": False,
    "Annotations": {"id": [{"AnnotationValue": {"StringValue": 'a"b'}}]},
    "ServiceIds": [{"Name": "f"}],
}


@pytest.mark.parametrize(
    ("expression", "matches"),
    [
        ("fault", True),
        ("!fault", False),
        ("ok", False),
        ("NOT (ok OR error)", True),
        ("duration >= 2.5 AND responsetime < 2", True),
        ("ok AND fault OR fault", True),
        ("fault OR ok AND ok", True),
        ('annotation.id = "a\\"b"', True),
        ('annotation[id] BEGINSWITH "a"', True),
        ('annotation["id"] != "a\\"b"', False),
        ("annotation.id = 1", False),
        ('annotation.other = "x"', False),
        ('service("f") && !service("g")', True),
    ],
)
def test_an_expression(expression, matches):
    assert parse(expression)(SUMMARY) is matches


@given(st.text(max_size=40) | st.lists(st.sampled_from(
    ["(", ")", "AND", "OR", "!", "fault", "duration", "=", "1", '"x"', "service", "annotation.id"]
)).map(" ".join))  # fmt: skip
def test_whatever_is_asked_is_answered_or_refused(expression: str):
    with suppress(AwsError):
        assert parse(expression)(SUMMARY) in (True, False)
