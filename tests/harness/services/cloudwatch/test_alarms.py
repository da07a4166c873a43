from __future__ import annotations

import pytest

from harness.errors import AwsError
from tests.harness.services.cloudwatch.stage import REQUEST, START, Stage, on_stage


def staged(work):
    async def asynchronous(stage: Stage) -> None:
        work(stage)

    on_stage(asynchronous)


def test_a_new_alarm_has_insufficient_data():
    def work(stage: Stage) -> None:
        described = stage.put().described()
        assert described["StateValue"] == "INSUFFICIENT_DATA"
        assert described["StateReason"] == "Unchecked: Initial alarm creation"
        assert described["ActionsEnabled"] is True
        assert described["StateUpdatedTimestamp"] == START

    staged(work)


def test_a_changed_alarm_keeps_its_state_and_tags():
    def work(stage: Stage) -> None:
        alarm = stage.put(Tags=[{"Key": "k", "Value": "v"}])
        stage.alarms.move(alarm, "ALARM", "because", "{}")
        stage.put(Threshold=7.0, Tags=[])
        assert alarm.state.value == "ALARM"
        assert alarm.definition.members["Threshold"] == 7.0
        assert stage.alarms.tags(alarm.definition.arn) == [{"Key": "k", "Value": "v"}]

    staged(work)


def test_history_is_told_newest_first_and_in_pages():
    def work(stage: Stage) -> None:
        alarm = stage.put()
        for value in ("OK", "ALARM"):
            stage.clock.advance(1)
            stage.alarms.move(alarm, value, "because", "")
        stage.alarms.note_action(alarm, "arn:x", "it is broken")
        first = stage.alarms.describe_history({"AlarmName": "a", "MaxRecords": 3})
        assert [item["HistorySummary"] for item in first["AlarmHistoryItems"]] == [
            "Failed to execute action arn:x",
            "Alarm updated from OK to ALARM",
            "Alarm updated from INSUFFICIENT_DATA to OK",
        ]
        more = {"AlarmName": "a", "MaxRecords": 3, "NextToken": first["NextToken"]}
        (last,) = stage.alarms.describe_history(more)["AlarmHistoryItems"]
        assert last["HistorySummary"] == 'Alarm "a" created'
        kinds = {"HistoryItemType": "StateUpdate", "ScanBy": "TimestampAscending"}
        updates = stage.alarms.describe_history(kinds)["AlarmHistoryItems"]
        assert [item["Timestamp"] for item in updates] == [START + 1, START + 2]
        assert stage.alarms.describe_history({"StartDate": START + 3})["AlarmHistoryItems"] == []

    staged(work)


@pytest.mark.parametrize(
    ("request_", "names"),
    [
        ({}, ["a", "b"]),
        ({"AlarmNames": ["b", "none"]}, ["b"]),
        ({"AlarmNamePrefix": "a"}, ["a"]),
        ({"StateValue": "ALARM"}, ["b"]),
        ({"ActionPrefix": "arn:aws:sns"}, ["b"]),
        ({"AlarmTypes": ["CompositeAlarm"]}, []),
    ],
)
def test_which_alarms_are_described(request_, names):
    def work(stage: Stage) -> None:
        stage.put()
        second = stage.put(AlarmName="b", AlarmActions=["arn:aws:sns:x"])
        stage.alarms.move(second, "ALARM", "because", "")
        found = stage.alarms.describe(request_)
        assert [alarm["AlarmName"] for alarm in found["MetricAlarms"]] == names

    staged(work)


def test_alarms_of_a_metric():
    def work(stage: Stage) -> None:
        stage.put()
        stage.put(AlarmName="other", MetricName="Duration")
        request = {name: REQUEST[name] for name in ("Namespace", "MetricName", "Dimensions")}
        (found,) = stage.alarms.describe_for_metric(request)["MetricAlarms"]
        assert found["AlarmName"] == "a"
        assert not stage.alarms.describe_for_metric({**request, "Period": 300})["MetricAlarms"]

    staged(work)


def test_deleting_is_all_or_nothing():
    def work(stage: Stage) -> None:
        stage.put()
        with pytest.raises(AwsError, match="ResourceNotFound: Unknown alarm: b"):
            stage.alarms.delete({"AlarmNames": ["a", "b"]})
        assert [alarm.definition.name for alarm in stage.alarms] == ["a"]
        stage.alarms.delete({"AlarmNames": ["a"]})
        assert list(stage.alarms) == []

    staged(work)


def test_actions_are_switched():
    def work(stage: Stage) -> None:
        alarm = stage.put()
        stage.alarms.disable_actions({"AlarmNames": ["a", "none"]})
        assert alarm.described()["ActionsEnabled"] is False
        stage.alarms.enable_actions({"AlarmNames": ["a"]})
        assert alarm.described()["ActionsEnabled"] is True

    staged(work)


def test_a_state_can_be_set_with_data_that_is_json():
    def work(stage: Stage) -> None:
        request = {"AlarmName": "a", "StateValue": "OK", "StateReason": "r"}
        with pytest.raises(AwsError, match="ResourceNotFound"):
            stage.alarms.set_state(request)
        alarm = stage.put()
        with pytest.raises(AwsError, match="InvalidFormat"):
            stage.alarms.set_state({**request, "StateReasonData": "{"})
        stage.alarms.set_state({**request, "StateReasonData": '{"a":1}'})
        assert (alarm.state.value, alarm.state.data) == ("OK", '{"a":1}')
        assert stage.moves == [("INSUFFICIENT_DATA", "OK")]

    staged(work)
