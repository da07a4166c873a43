from __future__ import annotations

import calendar
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.services.eventbridge.cron import Cron

START = datetime(2026, 11, 25, 19, 7, 30, tzinfo=UTC)  # a Wednesday


def runs(fields: str, count: int, start: datetime = START) -> list[str]:
    found, moment = [], start
    while len(found) < count and (moment := Cron(fields).after(moment)) is not None:
        found.append(f"{moment:%a %Y-%m-%d %H:%M}")
    return found


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("0 10 * * ? *", ["Thu 2026-11-26 10:00", "Fri 2026-11-27 10:00"]),
        ("15 12 * * ? *", ["Thu 2026-11-26 12:15", "Fri 2026-11-27 12:15"]),
        (
            "0 18 ? * MON-FRI *",
            ["Thu 2026-11-26 18:00", "Fri 2026-11-27 18:00", "Mon 2026-11-30 18:00"],
        ),
        ("0 8 1 * ? *", ["Tue 2026-12-01 08:00", "Fri 2027-01-01 08:00"]),
        ("0/15 * * * ? *", ["Wed 2026-11-25 19:15", "Wed 2026-11-25 19:30"]),
        ("1/10 20 ? * 4 *", ["Wed 2026-11-25 20:01", "Wed 2026-11-25 20:11"]),
        ("0/5 8-17 ? * mon-fri *", ["Thu 2026-11-26 08:00", "Thu 2026-11-26 08:05"]),
        ("7-9 19 25 NOV ? 2026", ["Wed 2026-11-25 19:08", "Wed 2026-11-25 19:09"]),
        ("0 9 ? * 2#1 *", ["Mon 2026-12-07 09:00", "Mon 2027-01-04 09:00"]),
        ("0 9 ? * TUE#5 *", ["Tue 2026-12-29 09:00", "Tue 2027-03-30 09:00"]),
        ("15 10 ? * 6L *", ["Fri 2026-11-27 10:15", "Fri 2026-12-25 10:15"]),
        ("0 0 ? * L *", ["Sat 2026-11-28 00:00", "Sat 2026-12-05 00:00"]),
        ("0 0 L * ? *", ["Mon 2026-11-30 00:00", "Thu 2026-12-31 00:00"]),
        ("0 0 LW * ? *", ["Mon 2026-11-30 00:00", "Thu 2026-12-31 00:00", "Fri 2027-01-29 00:00"]),
        ("0 0 3W * ? *", ["Thu 2026-12-03 00:00", "Mon 2027-01-04 00:00"]),
        ("0 0 1W MAY ? *", ["Mon 2027-05-03 00:00", "Mon 2028-05-01 00:00"]),
        ("0 0 31W * ? *", ["Thu 2026-12-31 00:00", "Fri 2027-01-29 00:00", "Wed 2027-03-31 00:00"]),
        ("0 0 1,L * ? *", ["Mon 2026-11-30 00:00", "Tue 2026-12-01 00:00"]),
        ("0 0 29 2 ? *", ["Tue 2028-02-29 00:00", "Sun 2032-02-29 00:00"]),
        ("0 0 30 2 ? *", []),
        ("0 0 1 1 ? 1970-2026", []),
        ("0 0 1 1 ? 2199", ["Tue 2199-01-01 00:00"]),
    ],
)
def test_when_an_expression_runs(fields: str, expected: list[str]):
    assert runs(fields, max(len(expected), 1)) == expected


@pytest.mark.parametrize(
    "fields",
    [
        "",
        "0 10 * * ?",  # five fields
        "0 10 * * ? * *",
        "0 10 * * * *",  # no question mark
        "0 10 ? * ? *",
        "0 10 1 * MON *",
        "60 10 * * ? *",
        "0 24 * * ? *",
        "0 10 0 * ? *",
        "0 10 32 * ? *",
        "0 10 * 13 ? *",
        "0 10 ? * 0 *",
        "0 10 ? * 8 *",
        "0 10 * * ? 1969",
        "0 10 * * ? 2200",
        "0/0 10 * * ? *",
        "*/ 10 * * ? *",
        "5-1 10 * * ? *",
        "? 10 * * ? *",
        "L 10 * * ? *",
        "0 10 ? * 3#1,6#3 *",
        "0 10 ? * 3#6 *",
        "0 10 ? * 2/2 *",  # no increments of weekdays
        "0 10 W * ? *",
        "0 10 ? * 3W *",
        "0 10 * MON ? *",
        "0 10 ١ * ? *",  # another script's digit
        "-1 10 * * ? *",
        "1, 10 * * ? *",
    ],
)
def test_what_eventbridge_refuses(fields: str):
    with pytest.raises(
        ValueError, match=r"is not within|is no |are needed|question mark|ends before"
    ):
        Cron(fields)


some = st.integers
lists = lambda low, high: st.lists(some(low, high), min_size=1, max_size=4)  # noqa: E731


@given(
    lists(0, 59),
    lists(0, 23),
    lists(1, 31),
    lists(1, 12),
    st.integers(0, 4000).map(lambda hours: START + timedelta(hours=17 * hours)),
)
def test_the_next_run_is_the_first_minute_that_fits(minutes, hours, days, months, start):
    text = " ".join(",".join(map(str, values)) for values in (minutes, hours, days, months))
    found = Cron(f"{text} ? *").after(start)

    def fits(moment: datetime) -> bool:
        return (
            moment.minute in minutes
            and moment.hour in hours
            and moment.day in days
            and moment.month in months
        )

    if found is None:
        assert all((day > 29 and month == 2) or day == 31 for day in days for month in months)
        return
    assert found > start
    assert fits(found)
    step = found - timedelta(minutes=1)
    for _ in range(2000):  # within more than a day before it, nothing else does
        if step <= start:
            break
        assert not fits(step)
        step -= timedelta(minutes=1)


@given(some(1, 7), some(1, 5), some(1, 12), some(1970, 2199))
def test_days_of_the_week_are_counted_within_their_month(weekday, instance, month, year):
    start = datetime(year, month, 1, tzinfo=UTC) - timedelta(minutes=1)
    found = Cron(f"0 0 ? {month} {weekday}#{instance} {year}").after(start)
    if found is None:
        assert instance == 5
    else:
        assert (found.isoweekday() % 7 + 1, (found.day - 1) // 7 + 1) == (weekday, instance)


@given(some(1, 31), some(1, 12), some(1970, 2199))
def test_the_nearest_weekday_is_near_and_in_its_month(day, month, year):
    start = datetime(year, month, 1, tzinfo=UTC) - timedelta(minutes=1)
    found = Cron(f"0 0 {day}W {month} ? {year}").after(start)
    if found is None:
        assert day > calendar.monthrange(year, month)[1]
    else:
        assert found.isoweekday() <= 5
        assert (found.month, abs(found.day - day) <= 2) == (month, True)
