"""How faults meet S3 events that are about to leave for a destination."""

from __future__ import annotations

from harness.injection.departure import Departures
from harness.injection.faults import Faults
from harness.injection.scope import DeliveryScope, Facts
from harness.services.s3_events.change import ObjectChange
from harness.services.s3_events.configuration import Rule


class DeliveryFaults:
    """Is what `Delivery.disturb` wants; of several faults each changes what the one before left."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults

    def __call__(self, change: ObjectChange, rule: Rule, planned: Departures) -> Departures:
        told = {"call": change.request.call_id, "key": change.key, "target": rule.arn}
        for fault, random in self._faults.hitting(DeliveryScope, _facts(change, rule), **told):
            planned = fault.departures(planned, random)
        return planned


def _facts(change: ObjectChange, rule: Rule) -> Facts:
    return {
        "bucket": [change.bucket],
        "key": [change.key],
        "event": [change.event_name],
        "target": [rule.arn, rule.arn.split(":")[-1], *rule.arn.split(":")[6:7]],
    }
