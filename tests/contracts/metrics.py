"""What CloudWatch has of a function."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.contracts.account import Account, Function, eventually


def points(account: Account, function: Function, metric: str) -> list[dict[str, Any]]:
    return points_of(account, "FunctionName", function.name, metric)


def points_of(account: Account, dimension: str, value: str, metric: str) -> list[dict[str, Any]]:
    now = datetime.now(UTC)
    found: list[dict[str, Any]] = account.cloudwatch.get_metric_statistics(
        Namespace="AWS/Lambda",
        MetricName=metric,
        Dimensions=[{"Name": dimension, "Value": value}],
        StartTime=now - timedelta(minutes=10),
        EndTime=now + timedelta(minutes=1),
        Period=60,
        Statistics=["Sum", "Maximum"],
    )["Datapoints"]
    return found


def total(account: Account, function: Function, metric: str, least: float) -> float:
    """Return the sum of a metric, once it has come to `least`."""

    def reached() -> float | None:
        found = sum(float(point["Sum"]) for point in points(account, function, metric))
        return found if found >= least else None

    return eventually(reached)
