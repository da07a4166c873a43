"""FILL: values for the periods that have none."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from harness.services.cloudwatch.math.series import TimeSeries, Value, as_number, mapped


def fill(arguments: Sequence[Value]) -> Value:
    """FILL(metrics, number | series | REPEAT | LINEAR)."""
    value, filling = arguments
    if filling == "REPEAT":
        return mapped(value, "FILL", _repeated)
    if filling == "LINEAR":
        return mapped(value, "FILL", _interpolated)
    if isinstance(filling, TimeSeries):
        return mapped(
            value, "FILL", lambda series: series.with_values({**filling.values, **series.values})
        )
    number = as_number(filling, "FILL")
    return mapped(
        value,
        "FILL",
        lambda series: series.with_values(
            {**dict.fromkeys(series.grid(), number), **series.values}
        ),
    )


def _repeated(series: TimeSeries) -> TimeSeries:
    filled: dict[int, float] = {}
    last: float | None = None
    for time in series.grid():
        last = series.values.get(time, last)
        if last is not None:
            filled[time] = last
    return series.with_values(filled)


def _interpolated(series: TimeSeries) -> TimeSeries:
    times = sorted(series.values)
    filled = dict(series.values)
    for before, after in pairwise(times):
        low, high = series.values[before], series.values[after]
        for time in range(before + series.period, after, series.period):
            filled[time] = low + (high - low) * (time - before) / (after - before)
    return series.with_values(filled)
