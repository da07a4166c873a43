from __future__ import annotations

from datetime import UTC, datetime

import pytest

from harness import since

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("90s", "2026-01-31T11:58:30+00:00"),
        ("10m", "2026-01-31T11:50:00+00:00"),
        ("1.5h", "2026-01-31T10:30:00+00:00"),
        ("1d", "2026-01-30T12:00:00+00:00"),
        ("2026-01-31T08:00", "2026-01-31T08:00:00+00:00"),
        ("2026-01-31T08:00:00+09:00", "2026-01-31T08:00:00+09:00"),
        ("2026-01-31", "2026-01-31T00:00:00+00:00"),
    ],
)
def test_times_ago_and_points_in_time(text, time):
    assert since.parse(text, NOW).isoformat() == time


@pytest.mark.parametrize("text", ["", "m", "10", "10 m", "10w", "-5m", "2026-13-01"])
def test_anything_else_is_refused(text):
    with pytest.raises(ValueError, match=r".*"):
        since.parse(text, NOW)
