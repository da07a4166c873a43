from __future__ import annotations

from pathlib import Path

import pytest

from harness.services.lambda_.outcome import raised, succeeded
from harness.services.lambda_.shown import Shown

ELSEWHERE = Shown(Path("/state/員工/1"))


@pytest.mark.parametrize(
    ("payload", "shown"),
    [
        ('"/state/員工/1/h.py"', '"/var/task/h.py"'),
        (r'"/state/\u54e1\u5de5/1/h.py"', '"/var/task/h.py"'),
        ('"/other/h.py"', '"/other/h.py"'),
    ],
)
def test_a_failure_names_the_code_where_it_is_on_lambda(payload, shown):
    outcome = ELSEWHERE.outcome(raised(payload.encode(), "ValueError"))
    assert outcome.payload.decode() == shown
    assert ELSEWHERE.text(payload) == shown


def test_a_result_is_left_alone():
    result = succeeded("/state/員工/1".encode())
    assert ELSEWHERE.outcome(result) is result


def test_nothing_is_changed_for_code_that_is_there():
    failure = raised(b"/var/task/h.py", "ValueError")
    assert Shown(Path("/var/task")).outcome(failure) is failure
