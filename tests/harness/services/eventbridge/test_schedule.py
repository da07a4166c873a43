from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import AwsError
from harness.services.eventbridge.schedule import check_schedule, parse, scheduled_event

START = 1_795_397_820.0


@pytest.mark.parametrize(
    ("expression", "seconds"),
    [
        ("rate(1 minute)", 60),
        ("rate(15 minutes)", 900),
        ("rate(1 hour)", 3600),
        ("rate(12 hours)", 43_200),
        ("rate(1 day)", 86_400),
        ("rate(7 days)", 604_800),
    ],
)
def test_a_rate_counts_from_the_beginning_of_its_rule(expression, seconds):
    schedule = parse(expression)
    assert schedule.after(START, START) == START + seconds
    assert schedule.after(START + seconds, START) == START + 2 * seconds
    assert schedule.after(START + 10.5 * seconds, START) == START + 11 * seconds


@given(st.integers(1, 10**6), st.floats(0, 1e9))
def test_a_rate_comes_next_within_its_period(minutes, passed):
    unit = "minute" if minutes == 1 else "minutes"
    due = parse(f"rate({minutes} {unit})").after(START + passed, START)
    assert START + passed < due <= START + passed + 60 * minutes + 1e-6


def test_a_calendar_does_not_care_when_its_rule_began():
    assert parse("cron(38 1 * * ? *)").after(START, 0.0) == START + 60
    assert parse("cron(0 0 30 2 ? *)").after(START, 0.0) is None


@pytest.mark.parametrize(
    "expression",
    [
        "rate(0 minutes)",
        "rate(1 minutes)",
        "rate(5 minute)",
        "rate(-1 minutes)",
        "rate(1.5 hours)",
        "rate(30 seconds)",
        "rate(1 week)",
        "rate(5minutes)",
        "Rate(5 minutes)",
        "rate(5 minutes) ",
        "cron(0 10 * * * *)",
        "cron()",
        "at(2026-01-01T00:00:00)",
        "15 minutes",
    ],
)
def test_what_put_rule_refuses(expression):
    with pytest.raises(AwsError, match="ScheduleExpression is not valid") as refused:
        check_schedule({"ScheduleExpression": expression})
    assert (refused.value.code, refused.value.status) == ("ValidationException", 400)


@pytest.mark.parametrize("expression", [None, "", 1])
def test_a_rule_without_a_schedule_is_not_judged(expression):
    check_schedule({"ScheduleExpression": expression})


def test_a_scheduled_event_is_that_of_aws():
    assert scheduled_event("arn:rule", "id", "ap-northeast-1", START) == {
        "version": "0",
        "id": "id",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "123456789012",
        "time": "2026-11-23T01:37:00Z",
        "region": "ap-northeast-1",
        "resources": ["arn:rule"],
        "detail": {},
    }
