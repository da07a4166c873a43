"""The metrics that a mapping publishes when it is asked to (aws-behaviour §9.1)."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from tests.contracts.account import Account, eventually
from tests.contracts.buffered import Buffered, buffered, hasty
from tests.contracts.metrics import points_of

COUNTED = {"Metrics": ["EventCount"]}
WANTED = {"Filters": [{"Pattern": '{"body": ["wanted"]}'}]}


def total(source: Buffered, metric: str) -> float:
    found = points_of(source.account, "EventSourceMappingUUID", source.uuid, metric)
    return sum(float(point["Sum"]) for point in found)


def comes_to(source: Buffered, metric: str, wanted: float) -> bool:
    def reached() -> bool | None:
        return True if total(source, metric) >= wanted else None

    return eventually(reached) and total(source, metric) == wanted


def test_9_1_messages_are_counted_on_their_way(account: Account):
    source = buffered(account, MetricsConfig=COUNTED, FilterCriteria=WANTED)
    assert source.mapping()["MetricsConfig"] == COUNTED
    source.send("wanted", "other", "another")
    assert source.batch() == ["wanted"]
    source.emptied()
    assert comes_to(source, "DeletedEventCount", 1)
    assert comes_to(source, "PolledEventCount", 3)
    assert comes_to(source, "FilteredOutEventCount", 2)
    assert comes_to(source, "InvokedEventCount", 1)
    assert total(source, "FailedInvokeEventCount") == 0


def test_9_1_messages_whose_invocation_failed_are_counted(account: Account):
    source = buffered(account, "fail_at_first", source=hasty(account), MetricsConfig=COUNTED)
    source.send("a")
    assert [source.batch(), source.batch()] == [["a"], ["a"]]
    assert comes_to(source, "FailedInvokeEventCount", 1)


def test_9_1_a_mapping_that_was_not_asked_publishes_none(account: Account):
    source = buffered(account)
    source.send("a")
    assert source.batch() == ["a"]
    source.emptied()
    assert total(source, "PolledEventCount") == 0
    source.update(MetricsConfig=COUNTED)
    source.reached("Enabled")
    source.send("b")
    assert source.batch() == ["b"]
    assert comes_to(source, "PolledEventCount", 1)


def test_another_kind_of_metric_is_refused(account: Account):
    with pytest.raises(ClientError, match="enum value set"):
        buffered(account, MetricsConfig={"Metrics": ["ByteCount"]})
