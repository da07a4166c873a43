"""CloudWatch, put together: metrics and logs of what the journal tells and what functions write."""

from __future__ import annotations

from harness.call import Service
from harness.ground import Ground
from harness.services.cloudwatch import CloudWatch
from harness.services.cloudwatch.apigateway_metrics import ApiGatewayMetrics
from harness.services.cloudwatch.bucket_metrics import BucketMetrics
from harness.services.cloudwatch.lambda_metrics import LambdaMetrics
from harness.services.cloudwatch.mapping_metrics import MappingMetrics
from harness.services.logs import Logs


class Observation:
    """delivery: takes what sandboxes write."""

    def __init__(self, ground: Ground) -> None:
        control_plane, journal, clock = ground.control_plane, ground.journal, ground.clock
        self._cloudwatch = CloudWatch(ground.door, control_plane, journal, clock, ground.region)
        store = self._cloudwatch.store
        file = ground.state.path("logs.sqlite")
        self._logs = Logs(control_plane, journal, clock, ground.region, file, store)
        self._buckets = BucketMetrics(control_plane, ground.region, store)
        followers = (LambdaMetrics(store), MappingMetrics(store), ApiGatewayMetrics(store))
        for metrics in (*followers, self._buckets):
            journal.follow(metrics.observe)
        self.delivery = self._logs.delivery

    @property
    def services(self) -> list[Service]:
        return [self._cloudwatch, self._buckets, self._logs]

    async def close(self) -> None:
        await self._cloudwatch.close()
        await self._logs.close()
