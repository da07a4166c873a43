from __future__ import annotations

import pytest

from harness.errors import AwsError
from harness.services.cloudwatch.put_metric_alarm import definition
from tests.harness.services.cloudwatch.stage import REQUEST
from tests.harness.services.cloudwatch.test_evaluation import MATH


def defined(**members):
    request = {**REQUEST, **members}
    return definition({k: v for k, v in request.items() if v is not None}, "ap-northeast-1")


def test_what_a_definition_knows():
    found = defined(EvaluationPeriods=3, DatapointsToAlarm=2, AlarmActions=["arn:x"])
    assert found.arn == "arn:aws:cloudwatch:ap-northeast-1:123456789012:alarm:a"
    assert (found.periods, found.to_alarm, found.period, found.step) == (3, 2, 60, 60)
    assert (found.treatment, found.statistic) == ("missing", "Average")
    assert found.actions("ALARM") == ["arn:x"]
    assert found.actions("OK") == []


@pytest.mark.parametrize("period", [10, 20, 30])
def test_short_periods_are_evaluated_every_ten_seconds(period):
    assert defined(Period=period).step == 10


@pytest.mark.parametrize(
    ("members", "code", "words"),
    [
        ({"ComparisonOperator": None}, "MissingParameter", "ComparisonOperator is required"),
        ({"Threshold": None}, "MissingParameter", "Threshold is required"),
        ({"EvaluationPeriods": None}, "MissingParameter", "EvaluationPeriods is required"),
        ({"Statistic": None}, "MissingParameter", "Exactly one of the parameters Statistic"),
        ({"ExtendedStatistic": "p99"}, "InvalidParameterCombination", "Exactly one"),
        ({"Statistic": None, "ExtendedStatistic": "p101"}, "InvalidParameterValue", "p101"),
        ({"Period": 45}, "InvalidParameterValue", "Period"),
        ({"Period": 5}, "InvalidParameterValue", "10, 20, 30"),
        ({"Period": None}, "MissingParameter", "Period is required"),
        ({"TreatMissingData": "maybe"}, "ValidationError", "TreatMissingData"),
        ({"EvaluateLowSampleCountPercentile": "x"}, "ValidationError", "evaluate, ignore"),
        ({"DatapointsToAlarm": 2}, "ValidationError", "less than or equal to EvaluationPeriods"),
        ({"EvaluationPeriods": 1441}, "ValidationError", "must be <= 86400"),
        ({"EvaluationPeriods": 169, "Period": 3600}, "ValidationError", "must be <= 604800"),
        ({"ThresholdMetricId": "b"}, "NotImplemented", "ThresholdMetricId"),
        ({"EvaluationWindow": {"WallClockWindow": {}}}, "NotImplemented", "WallClockWindow"),
        ({"ComparisonOperator": "LessThanLowerThreshold"}, "NotImplemented", "anomaly detection"),
        ({"Metrics": MATH["Metrics"]}, "InvalidParameterCombination", "together with Metrics"),
    ],
)
def test_what_is_refused(members, code, words):
    with pytest.raises(AwsError, match=words) as refused:
        defined(**members)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("metrics", "code", "words"),
    [
        ([], "ValidationError", "Exactly one element of the metrics list should return data"),
        (MATH["Metrics"][1:], "ValidationError", "Exactly one element"),
        ([MATH["Metrics"][0]], "ValidationError", "Unknown metric: errors, invocations"),
        (
            [{"Id": "e", "Expression": "SEARCH('{N,a} m', 'Sum', 60)"}],
            "ValidationError",
            "SEARCH is not supported in alarms",
        ),
        (
            [{"Id": "e", "Expression": "ANOMALY_DETECTION_BAND(e)"}],
            "ValidationError",
            "the function ANOMALY_DETECTION_BAND is not emulated",
        ),
        ([{"Id": "E", "Expression": "1"}], "ValidationError", "expected pattern"),
        ([{"Id": "e"}], "ValidationError", "exactly one of MetricStat and Expression"),
        ([MATH["Metrics"][1]] * 2, "ValidationError", "not unique"),
    ],
)
def test_what_is_refused_of_metric_math(metrics, code, words):
    with pytest.raises(AwsError, match=words) as refused:
        defined(**{**MATH, "Metrics": metrics})
    assert refused.value.code == code
