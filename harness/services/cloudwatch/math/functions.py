"""Metric math's functions by name, each from its arguments to a value (pure).

AVG, MAX, MIN, STDDEV and SUM of one series are a number, of a list they are the series across it.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import accumulate, pairwise

from harness.services.cloudwatch.math.filling import fill
from harness.services.cloudwatch.math.series import (
    ExpressionError,
    TimeSeries,
    Value,
    as_list,
    as_number,
    kind,
    mapped,
)

Function = Callable[[Sequence[Value]], Value]

_REDUCTIONS: dict[str, Callable[[Sequence[float]], float]] = {
    "AVG": statistics.fmean,
    "MAX": max,
    "MIN": min,
    "STDDEV": statistics.pstdev,
    "SUM": math.fsum,
}
_EACH: dict[str, Callable[[float], float]] = {
    "ABS": abs,
    "CEIL": math.ceil,
    "FLOOR": math.floor,
    "LOG": math.log,
    "LOG10": math.log10,
}


def _reduce(name: str, arguments: Sequence[Value]) -> Value:
    (value,) = arguments
    function = _REDUCTIONS[name]
    if isinstance(value, TimeSeries):
        if not value.values:
            return value
        return float(function(list(value.values.values())))
    series = as_list(value, name)
    if not series:
        return []
    times = sorted({time for one in series for time in one.values})
    across = {t: float(function([s.values[t] for s in series if t in s.values])) for t in times}
    return series[0].with_values(across)


def _each(name: str, arguments: Sequence[Value]) -> Value:
    (value,) = arguments
    if isinstance(value, (int, float)):
        return float(_EACH[name](value))
    return mapped(value, name, lambda series: series.with_values(_applied(name, series.values)))


def _applied(name: str, values: Mapping[int, float]) -> dict[int, float]:
    positive = name not in ("LOG", "LOG10")
    return {t: float(_EACH[name](value)) for t, value in values.items() if positive or value > 0}


def _steps(series: TimeSeries, step: Callable[[float, float], float]) -> TimeSeries:
    """Return what `step` makes of each change and the seconds it took."""
    times = sorted(series.values)
    return series.with_values(
        {
            time: step(series.values[time] - series.values[before], time - before)
            for before, time in pairwise(times)
        }
    )


def _stepwise(
    name: str, step: Callable[[float, float], float], arguments: Sequence[Value]
) -> Value:
    (value,) = arguments
    return mapped(value, name, partial(_steps, step=step))


def _running_sum(arguments: Sequence[Value]) -> Value:
    (value,) = arguments

    def run(series: TimeSeries) -> TimeSeries:
        times = sorted(series.values)
        sums = accumulate(series.values[time] for time in times)
        return series.with_values(dict(zip(times, sums, strict=True)))

    return mapped(value, "RUNNING_SUM", run)


def _if(arguments: Sequence[Value]) -> Value:
    condition, then, *more = arguments
    if isinstance(condition, (int, float)):
        return then if condition else (more[0] if more else 0.0)
    if not isinstance(condition, TimeSeries):
        raise ExpressionError(f"IF needs a condition and got {kind(condition)}")
    yes = _chosen(then, condition, 1)
    no = _chosen(more[0], condition, 0) if more else {}
    return condition.with_values(dict(sorted({**yes, **no}.items())))


def _chosen(side: Value, condition: TimeSeries, truth: int) -> dict[int, float]:
    times = [time for time, value in condition.values.items() if bool(value) == bool(truth)]
    if isinstance(side, TimeSeries):
        return {time: side.values[time] for time in times if time in side.values}
    return dict.fromkeys(times, as_number(side, "IF"))


def _first(arguments: Sequence[Value], position: int = 0) -> Value:
    series = as_list(arguments[0], "FIRST")
    if not series:
        return []
    return series[position]


def _sort(arguments: Sequence[Value]) -> Value:
    """SORT(metrics, AVG|MIN|MAX|SUM, ASC|DESC[, number])."""
    series, by, order, *limit = arguments
    if not isinstance(by, str) or by.upper() not in _REDUCTIONS or order not in ("ASC", "DESC"):
        raise ExpressionError("SORT needs a function (AVG, MIN, MAX, SUM) and an order (ASC, DESC)")
    function = _REDUCTIONS[by.upper()]
    with_data = [one for one in as_list(series, "SORT") if one.values]
    ranked = sorted(
        with_data, key=lambda one: function(list(one.values.values())), reverse=order == "DESC"
    )
    return ranked[: int(as_number(limit[0], "SORT"))] if limit else ranked


def _slice(arguments: Sequence[Value]) -> Value:
    series = as_list(arguments[0], "SLICE")
    bounds = [int(as_number(bound, "SLICE")) for bound in arguments[1:]]
    if len(bounds) == 1:
        return series[bounds[0] :][:1]
    return series[slice(*bounds)]


def _of_time(part: Callable[[datetime], float], arguments: Sequence[Value]) -> Value:
    (value,) = arguments
    return mapped(
        value,
        "a function of time",
        lambda series: series.with_values(
            {time: part(datetime.fromtimestamp(time, UTC)) for time in series.values}
        ),
    )


def _time_series(arguments: Sequence[Value], frame: TimeSeries) -> Value:
    number = as_number(arguments[0], "TIME_SERIES")
    return frame.with_values(dict.fromkeys(frame.grid(), number))


def _period(arguments: Sequence[Value]) -> Value:
    (value,) = arguments
    if not isinstance(value, TimeSeries):
        raise ExpressionError(f"PERIOD needs a metric and got {kind(value)}")
    return float(value.period)


def _count(arguments: Sequence[Value]) -> Value:
    """DATAPOINT_COUNT of one series is a number, of a list the series across it."""
    (value,) = arguments
    if isinstance(value, TimeSeries):
        return float(len(value.values))
    return _reduce("SUM", [mapped(value, "DATAPOINT_COUNT", lambda one: one.each(lambda _: 1.0))])


FUNCTIONS: dict[str, tuple[range, Function]] = {
    **{name: (range(1, 2), partial(_reduce, name)) for name in _REDUCTIONS},
    **{name: (range(1, 2), partial(_each, name)) for name in _EACH},
    "DATAPOINT_COUNT": (range(1, 2), _count),
    "DIFF": (range(1, 2), partial(_stepwise, "DIFF", lambda change, _: change)),
    "DIFF_TIME": (range(1, 2), partial(_stepwise, "DIFF_TIME", lambda _, seconds: seconds)),
    "RATE": (range(1, 2), partial(_stepwise, "RATE", lambda change, seconds: change / seconds)),
    "RUNNING_SUM": (range(1, 2), _running_sum),
    "FILL": (range(2, 3), fill),
    "FIRST": (range(1, 2), _first),
    "LAST": (range(1, 2), partial(_first, position=-1)),
    "IF": (range(2, 4), _if),
    "METRIC_COUNT": (range(1, 2), lambda args: float(len(as_list(args[0], "METRIC_COUNT")))),
    "PERIOD": (range(1, 2), _period),
    "REMOVE_EMPTY": (
        range(1, 2),
        lambda args: [one for one in as_list(args[0], "REMOVE_EMPTY") if one.values],
    ),
    "SORT": (range(3, 5), _sort),
    "SLICE": (range(2, 4), _slice),
    "EPOCH": (range(1, 2), partial(_of_time, lambda moment: moment.timestamp())),
    "MINUTE": (range(1, 2), partial(_of_time, lambda moment: moment.minute)),
    "HOUR": (range(1, 2), partial(_of_time, lambda moment: moment.hour)),
    "DAY": (range(1, 2), partial(_of_time, lambda moment: moment.isoweekday())),
    "DATE": (range(1, 2), partial(_of_time, lambda moment: moment.day)),
    "MONTH": (range(1, 2), partial(_of_time, lambda moment: moment.month)),
    "YEAR": (range(1, 2), partial(_of_time, lambda moment: moment.year)),
}


def call(name: str, arguments: Sequence[Value], frame: TimeSeries) -> Value:
    """Return a function's value; `frame` has the range and period of the whole expression."""
    counts, function = FUNCTIONS.get(name, (range(1, 2), partial(_time_series, frame=frame)))
    if len(arguments) not in counts:
        raise ExpressionError(f"{name} does not take {len(arguments)} arguments")
    try:
        return function(arguments)
    except (OverflowError, ValueError):
        raise ExpressionError(f"{name} has no result for these values") from None


KNOWN = {*FUNCTIONS, "TIME_SERIES", "METRICS", "SEARCH"}
