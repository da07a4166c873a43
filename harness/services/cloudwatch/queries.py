"""MetricDataQueries: what GetMetricData and alarms may ask, checked before anything is computed."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.services.cloudwatch import refusal
from harness.services.cloudwatch.math.functions import KNOWN
from harness.services.cloudwatch.math.parse import functions, parse
from harness.services.cloudwatch.math.series import ExpressionError
from harness.services.cloudwatch.metric import checked_period, checked_statistic, metric
from harness.services.cloudwatch.statistic import Statistic
from harness.services.cloudwatch.store import Metric

_ID = re.compile(r"[a-z][a-zA-Z0-9_]*")


@dataclass(frozen=True, slots=True)
class MetricQuery:
    """A query of one metric's statistic."""

    id: str
    label: str
    returned: bool
    metric: Metric
    statistic: Statistic
    period: int
    unit: str


@dataclass(frozen=True, slots=True)
class ExpressionQuery:
    """A query of an expression; period: 0 for that of the metrics it uses."""

    id: str
    label: str
    returned: bool
    tree: ast.expr
    period: int


Query = MetricQuery | ExpressionQuery


def queries(members: Sequence[Mapping[str, Any]]) -> list[Query]:
    """Return the queries of a request; raises `AwsError` for those AWS refuses.

    A function that is not emulated is refused here and named, whether or not it would be used.
    """
    found = [_query(member, number) for number, member in enumerate(members, start=1)]
    if len({query.id for query in found}) < len(found):
        raise refusal.validation("The values for parameter id in MetricDataQueries are not unique.")
    return found


def _query(member: Mapping[str, Any], number: int) -> Query:
    where, identifier = f"MetricDataQueries.member.{number}", member["Id"]
    if not _ID.fullmatch(identifier):
        raise refusal.validation(
            f"The value {identifier} for parameter {where}.Id is not matching the expected pattern "
            f"^{_ID.pattern}$."
        )
    if ("MetricStat" in member) == ("Expression" in member):
        raise refusal.validation(
            f"The parameter {where} must have exactly one of MetricStat and Expression."
        )
    if "AccountId" in member:
        raise refusal.not_emulated("MetricDataQueries with AccountId")
    if "Expression" in member:
        return _expression(member)
    return _metric(member)


def _metric(member: Mapping[str, Any]) -> MetricQuery:
    stat = member["MetricStat"]
    asked = metric(stat["Metric"])
    if not asked.namespace or not asked.name:
        raise refusal.validation("The parameter Metric must have a Namespace and a MetricName.")
    return MetricQuery(
        member["Id"],
        member.get("Label", ""),
        member.get("ReturnData", True),
        asked,
        checked_statistic(stat["Stat"]),
        checked_period(stat["Period"]),
        stat.get("Unit", ""),
    )


def _expression(member: Mapping[str, Any]) -> ExpressionQuery:
    identifier, period = member["Id"], member.get("Period", 0)
    try:
        tree = parse(member["Expression"])
        if unknown := functions(tree) - KNOWN:
            names = ", ".join(sorted(unknown))
            raise ExpressionError(f"the function {names} is not emulated here")
    except ExpressionError as error:
        raise error.of(identifier) from None
    return ExpressionQuery(
        identifier,
        member.get("Label", ""),
        member.get("ReturnData", True),
        tree,
        checked_period(period) if period else 0,
    )
