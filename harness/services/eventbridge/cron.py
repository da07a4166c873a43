"""EventBridge's cron expressions: six fields, UTC, to the minute (pure).

Rules: EventBridge User Guide, "Cron expressions reference". Minutes, hours, day of month, month,
day of week (1 is Sunday), year; `,` `-` `*` `/`, names of months and days, `?` in exactly one of
the two day fields, `L` and `W`, `#`.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

_MONTHS = {name.upper(): n for n, name in enumerate(calendar.month_abbr) if n}
_DAYS = {name: n for n, name in enumerate(("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"), 1)}
_SATURDAY = 7

# (year, month) → days of that month.
DaysOf = Callable[[int, int], set[int]]


@dataclass(frozen=True)
class _Field:
    low: int
    high: int
    names: Mapping[str, int]
    steps: bool = True  # whether `/` is known here

    def number(self, text: str) -> int:
        value = self.names.get(text)
        if value is None and text.isascii() and text.isdecimal():
            value = int(text)
        if value is None or not self.low <= value <= self.high:
            raise ValueError(f"{text!r} is not within {self.low}-{self.high}")
        return value

    def values(self, text: str) -> frozenset[int]:
        """Return what a list of numbers, names, ranges and increments stands for."""
        return frozenset(value for item in text.split(",") for value in self._item(item))

    def _item(self, item: str) -> range:
        base, slash, step = item.partition("/")
        if slash and not (self.steps and re.fullmatch(r"[1-9][0-9]{0,3}", step)):
            raise ValueError(f"{item!r} is no increment")
        first, dash, last = base.partition("-")
        if base == "*":
            low, high = self.low, self.high
        else:
            low = self.number(first)
            high = self.number(last) if dash else (self.high if slash else low)
        if low > high:
            raise ValueError(f"{item!r} ends before it begins")
        return range(low, high + 1, int(step) if slash else 1)


_MINUTE, _HOUR = _Field(0, 59, {}), _Field(0, 23, {})
_MONTH, _YEAR = _Field(1, 12, _MONTHS), _Field(1970, 2199, {})
_DAY_OF_MONTH, _DAY_OF_WEEK = _Field(1, 31, {}), _Field(1, 7, _DAYS, steps=False)


class Cron:
    """An expression without its `cron(…)`; raises `ValueError` for one that EventBridge refuses."""

    def __init__(self, fields: str) -> None:
        minute, hour, day_of_month, month, day_of_week, year = _six(fields.upper().split())
        if (day_of_month == "?") == (day_of_week == "?"):
            raise ValueError("exactly one of day-of-month and day-of-week is a question mark")
        self._minutes = sorted(_MINUTE.values(minute))
        self._hours = sorted(_HOUR.values(hour))
        self._months = sorted(_MONTH.values(month))
        self._years = sorted(_YEAR.values(year))
        self._days = _of_month(day_of_month) if day_of_week == "?" else _of_week(day_of_week)

    def after(self, moment: datetime) -> datetime | None:
        """Return the first minute of the schedule after `moment`, None if there is none."""
        earliest = moment.astimezone(UTC).replace(second=0, microsecond=0) + timedelta(minutes=1)
        for day in self._dates(earliest.date()):
            for hour in self._hours:
                for minute in self._minutes:
                    found = datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)
                    if found >= earliest:
                        return found
        return None

    def _dates(self, first: date) -> Iterator[date]:
        for year in self._years:
            for month in self._months:
                if (year, month) >= (first.year, first.month):
                    days = (date(year, month, day) for day in sorted(self._days(year, month)))
                    yield from (day for day in days if day >= first)


def _six(fields: list[str]) -> list[str]:
    if len(fields) != 6:
        raise ValueError(f"six fields are needed, not {len(fields)}")
    return fields


def _of_month(text: str) -> DaysOf:
    parts = [_day_of_month(item) for item in text.split(",")]
    return lambda year, month: set().union(*(part(year, month) for part in parts))


def _day_of_month(item: str) -> DaysOf:
    if item == "L":
        return lambda year, month: {_last(year, month)}
    if item == "LW":
        return lambda year, month: {_nearest_weekday(year, month, _last(year, month))}
    if item.endswith("W"):
        wanted = _DAY_OF_MONTH.number(item[:-1])
        return lambda year, month: (
            {_nearest_weekday(year, month, wanted)} if wanted <= _last(year, month) else set()
        )
    values = _DAY_OF_MONTH.values(item)
    return lambda year, month: {day for day in values if day <= _last(year, month)}


def _of_week(text: str) -> DaysOf:
    day, number_mark, number = text.partition("#")
    if number_mark:
        weekday = _DAY_OF_WEEK.number(day)
        instance = _Field(1, 5, {}).number(number)
        return lambda year, month: set(_weekdays(year, month, weekday)[instance - 1 : instance])
    parts = [_day_of_week(item) for item in text.split(",")]
    return lambda year, month: set().union(*(part(year, month) for part in parts))


def _day_of_week(item: str) -> DaysOf:
    if item.endswith("L") and item != "L":
        weekday = _DAY_OF_WEEK.number(item[:-1])
        return lambda year, month: set(_weekdays(year, month, weekday)[-1:])
    values = {_SATURDAY} if item == "L" else _DAY_OF_WEEK.values(item)
    return lambda year, month: {day for value in values for day in _weekdays(year, month, value)}


def _weekdays(year: int, month: int, weekday: int) -> list[int]:
    """Return the days of a month that are a `weekday`, 1 being Sunday."""
    first = (weekday - 2 - date(year, month, 1).weekday()) % 7 + 1
    return list(range(first, _last(year, month) + 1, 7))


def _last(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]


def _nearest_weekday(year: int, month: int, day: int) -> int:
    """Return the day from Monday to Friday nearest to `day`, never in another month."""
    weekday = date(year, month, day).weekday()
    if weekday == calendar.SATURDAY:
        return day - 1 if day > 1 else day + 2
    if weekday == calendar.SUNDAY:
        return day + 1 if day < _last(year, month) else day - 2
    return day
