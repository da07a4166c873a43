from __future__ import annotations

from math import inf

import pytest

from api.preferences import wait_seconds


@pytest.mark.parametrize(
    ("prefer", "left", "seconds"),
    [
        (None, inf, 0),
        ("", inf, 0),
        ("wait=7", inf, 7),
        ('respond-async, WAIT = "7" ; foo', inf, 7),
        ("wait=7, wait=9", inf, 7),
        ("wait=0", inf, 0),
        ("wait=600", inf, 20),
        ("wait=" + "9" * 5000, inf, 0),
        ("wait=-1", inf, 0),
        ("wait", inf, 0),
        ("await=7", inf, 0),
        ("wait=10", 7.7, 7),
        ("wait=10", -2.0, 0),
    ],
)
def test_how_long_a_client_may_wait(prefer: str | None, left: float, seconds: int):
    assert wait_seconds(prefer, left) == seconds
