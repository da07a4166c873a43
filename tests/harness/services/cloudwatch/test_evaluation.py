from __future__ import annotations

import pytest

from harness.services.cloudwatch.store import Metric
from tests.harness.services.cloudwatch.stage import ERRORS, START, Stage, on_stage


def test_a_point_counts_when_its_minute_is_over():
    async def work(stage: Stage) -> None:
        alarm = stage.put()
        await stage.advance(20)
        stage.store.add(ERRORS, 1, "Count", stage.clock.now())
        await stage.advance(30)
        assert alarm.state.value == "INSUFFICIENT_DATA"
        await stage.advance(10)
        assert alarm.state.value == "ALARM"
        assert alarm.state.reason.startswith("Threshold Crossed: 1 datapoint [1.0 (")
        assert alarm.state.transitioned == START + 60

    on_stage(work)


def test_a_point_of_the_past_counts_at_once():
    async def work(stage: Stage) -> None:
        alarm = stage.put()
        await stage.advance(20)
        stage.store.add(ERRORS, 1, "Count", START - 30)
        await stage.settle()
        stage.clock.advance(0)
        await stage.settle()
        assert alarm.state.value == "ALARM"

    on_stage(work)


def test_a_point_that_comes_before_the_first_look_counts_when_its_minute_is_over():
    async def work(stage: Stage) -> None:
        stage.put()
        stage.store.add(ERRORS, 1, "Count", stage.clock.now())
        await stage.settle()
        assert stage.clock.pending == [10, 60, 60]  # the first look, this minute, every minute

    on_stage(work)


def test_without_data_it_is_insufficient_and_stays_so():
    async def work(stage: Stage) -> None:
        alarm = stage.put()
        await stage.advance(600)
        assert alarm.state.reason == "Insufficient Data: 1 datapoint was unknown."
        assert stage.moves == []

    on_stage(work)


@pytest.mark.parametrize(
    ("treatment", "state"), [("breaching", "ALARM"), ("notBreaching", "OK"), ("ignore", "ALARM")]
)
def test_when_data_stops_missing_data_decides(treatment, state):
    async def work(stage: Stage) -> None:
        alarm = stage.put(TreatMissingData=treatment)
        await stage.advance(10)
        stage.store.add(ERRORS, 1, "Count", START)
        await stage.advance(60)
        assert alarm.state.value == "ALARM"
        await stage.advance(600)
        assert alarm.state.value == state

    on_stage(work)


def test_it_recovers_with_the_next_good_period():
    async def work(stage: Stage) -> None:
        stage.put()
        await stage.advance(10)
        stage.store.add(ERRORS, 1, "Count", stage.clock.now())
        await stage.advance(60)
        stage.store.add(ERRORS, 0, "Count", stage.clock.now())
        await stage.advance(60)
        assert stage.moves == [("INSUFFICIENT_DATA", "ALARM"), ("ALARM", "OK")]

    on_stage(work)


def test_a_state_that_was_set_lasts_until_the_next_evaluation():
    async def work(stage: Stage) -> None:
        alarm = stage.put()
        stage.store.add(ERRORS, 0, "Count", START - 60)
        await stage.advance(10)
        stage.alarms.set_state({"AlarmName": "a", "StateValue": "ALARM", "StateReason": "a test"})
        assert (alarm.state.value, alarm.state.reason) == ("ALARM", "a test")
        await stage.advance(60)
        assert alarm.state.value == "OK"

    on_stage(work)


def test_m_out_of_n():
    async def work(stage: Stage) -> None:
        alarm = stage.put(EvaluationPeriods=3, DatapointsToAlarm=2)
        for minute, value in enumerate((1, 0, 1)):
            stage.store.add(ERRORS, value, "Count", START - 180 + minute * 60)
        await stage.advance(20)
        assert alarm.state.value == "ALARM"
        assert "2 out of the last 3 datapoints" in alarm.state.reason

    on_stage(work)


def test_a_window_slides_by_minutes_and_not_by_periods():
    async def work(stage: Stage) -> None:
        alarm = stage.put(Period=300)
        stage.store.add(ERRORS, 1, "Count", START - 60)
        await stage.advance(20)
        assert alarm.state.value == "ALARM"
        assert "(14/11/23 22:09:00)" in alarm.state.reason  # START is 22:14:00

    on_stage(work)


MATH = {
    "Metrics": [
        {"Id": "rate", "Expression": "100 * errors / invocations", "ReturnData": True},
        *(
            {
                "Id": name.lower(),
                "ReturnData": False,
                "MetricStat": {
                    "Metric": {
                        "Namespace": "AWS/Lambda",
                        "MetricName": name,
                        "Dimensions": [{"Name": "FunctionName", "Value": "f"}],
                    },
                    "Period": 60,
                    "Stat": "Sum",
                },
            }
            for name in ("Errors", "Invocations")
        ),
    ],
    **dict.fromkeys(["Namespace", "MetricName", "Dimensions", "Statistic", "Period"]),
}


@pytest.mark.parametrize(("errors", "state"), [(4, "OK"), (6, "ALARM")])
def test_metric_math(errors, state):
    async def work(stage: Stage) -> None:
        alarm = stage.put(**MATH, Threshold=5.0)
        invocations = Metric("AWS/Lambda", "Invocations", ERRORS.dimensions)
        stage.store.add(ERRORS, 1, "Count", START - 60, errors)
        stage.store.add(invocations, 1, "Count", START - 60, 100)
        await stage.advance(20)
        assert alarm.state.value == state

    on_stage(work)


@pytest.mark.parametrize(("low", "state"), [("ignore", "INSUFFICIENT_DATA"), (None, "ALARM")])
def test_percentiles_of_few_samples_may_be_left_out(low, state):
    async def work(stage: Stage) -> None:
        alarm = stage.put(
            Statistic=None, ExtendedStatistic="p99", EvaluateLowSampleCountPercentile=low
        )
        stage.store.add(ERRORS, 1, "Count", START - 60, 999)
        await stage.advance(20)
        assert alarm.state.value == state

    on_stage(work)


def test_a_point_hours_ahead_does_not_keep_the_alarm_from_being_evaluated():
    async def work(stage: Stage) -> None:
        alarm = stage.put()
        await stage.advance(20)
        stage.store.add(ERRORS, 0, "Count", START + 7000)
        stage.store.add(ERRORS, 1, "Count", START)
        await stage.advance(60)
        assert alarm.state.value == "ALARM"

    on_stage(work)


def test_levels_are_measured_once_a_minute_for_those_who_watch_them():
    async def work(stage: Stage) -> None:
        stage.put()
        await stage.advance(180)
        assert stage.refreshed == [{ERRORS}] * 3

    on_stage(work)


def test_a_deleted_alarm_is_not_evaluated_any_more():
    async def work(stage: Stage) -> None:
        stage.put()
        stage.store.add(ERRORS, 1, "Count", START - 60)
        stage.alarms.delete({"AlarmNames": ["a"]})
        await stage.advance(120)
        assert stage.moves == []

    on_stage(work)
