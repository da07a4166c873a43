"""CloudWatch at the endpoint: metrics and alarms are ours, dashboards are passed on to moto."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from harness.call import Bytes, Call, Handler, Reply
from harness.clock import Clock
from harness.errors import AwsError
from harness.journal import Journal
from harness.protocols import model
from harness.protocols.codec import Exchange, exchange, read_body
from harness.services.cloudwatch import refusal
from harness.services.cloudwatch.actions import Actions
from harness.services.cloudwatch.alarms import Alarms
from harness.services.cloudwatch.evaluation import Evaluation
from harness.services.cloudwatch.levels import Levels
from harness.services.cloudwatch.list_metrics import list_metrics
from harness.services.cloudwatch.metric import metric
from harness.services.cloudwatch.metric_data import get_metric_data
from harness.services.cloudwatch.metric_statistics import get_metric_statistics
from harness.services.cloudwatch.put_metric_data import put_metric_data
from harness.services.cloudwatch.store import Metric, MetricStore
from harness.services.cloudwatch.tags import TagOperations

Operation = Callable[[Mapping[str, Any]], dict[str, Any]]

# Kept by moto and by nothing here: they change no behaviour.
_PASSED_ON = frozenset(
    {
        "DeleteDashboards",
        "DeleteInsightRules",
        "DescribeInsightRules",
        "DisableInsightRules",
        "EnableInsightRules",
        "GetDashboard",
        "ListDashboards",
        "PutDashboard",
        "PutInsightRule",
    }
)


class CloudWatch:
    """Claims every call of CloudWatch; `store` is where the harness's own metrics go directly."""

    name = "cloudwatch"

    def __init__(
        self, door: Handler, control_plane: Handler, journal: Journal, clock: Clock, region: str
    ) -> None:
        self._control_plane = control_plane
        self._clock = clock
        self.store = MetricStore(clock.now)
        self._levels = Levels(control_plane, region, self.store, clock)
        self._alarms = alarms = Alarms(clock, region)
        self._actions = Actions(alarms, door, region, journal)
        self._evaluation = Evaluation(alarms, self.store, clock, self._levels.refresh)
        alarms.follow(self._evaluation.watch, self._actions.moved)
        self.store.follow(self._evaluation.changed)
        tags = TagOperations(alarms)
        self._operations: dict[str, Operation] = {
            "DeleteAlarms": alarms.delete,
            "DescribeAlarmHistory": alarms.describe_history,
            "DescribeAlarms": alarms.describe,
            "DescribeAlarmsForMetric": alarms.describe_for_metric,
            "DisableAlarmActions": alarms.disable_actions,
            "EnableAlarmActions": alarms.enable_actions,
            "GetMetricData": lambda asked: get_metric_data(asked, self.store, clock.now()),
            "GetMetricStatistics": lambda asked: get_metric_statistics(asked, self.store),
            "ListMetrics": lambda asked: list_metrics(asked, self.store, clock.now()),
            "ListTagsForResource": tags.list,
            "PutMetricAlarm": alarms.put,
            "PutMetricData": lambda data: put_metric_data(data, self.store, clock.now()),
            "SetAlarmState": alarms.set_state,
            "TagResource": tags.tag,
            "UntagResource": tags.untag,
        }

    def claims(self, call: Call) -> bool:
        unsigned = not call.service and call.header("x-amz-target").startswith("GraniteService")
        return call.service == "monitoring" or unsigned

    async def handle(self, call: Call) -> Reply:
        body = await read_body(call)
        # Read from its file at the first call: some milliseconds that the loop need not wait.
        described = await asyncio.to_thread(model.load, "cloudwatch")
        asked = exchange(described, call, body)
        if asked.operation in _PASSED_ON:
            call.body = Bytes(body)
            return await self._control_plane(call)
        try:
            return asked.reply(await self._answer(asked))
        except AwsError as error:
            return asked.error(error)

    async def close(self) -> None:
        """Stop evaluating, and let the actions that began come to their end."""
        await self._evaluation.close()
        await self._actions.close()

    async def _answer(self, asked: Exchange) -> dict[str, Any]:
        operation = asked.operation
        if operation not in asked.model.operations:
            message = f"Could not find operation {operation or '(none)'}"
            raise AwsError("InvalidAction", message)
        if operation not in self._operations:
            raise refusal.not_emulated(f"cloudwatch:{operation}")
        request = asked.request()
        await self._levels.refresh(_named(operation, request))
        if operation == "ListMetrics":
            await self._levels.refresh_all(request.get("Namespace", ""))
        return self._operations[operation](request)


def _named(operation: str, request: Mapping[str, Any]) -> Iterable[Metric]:
    """Return the metrics a request reads."""
    if operation == "GetMetricStatistics":
        return [metric(request)]
    if operation == "GetMetricData":
        stats = (query.get("MetricStat") for query in request["MetricDataQueries"])
        return [metric(stat["Metric"]) for stat in stats if stat]
    return []
