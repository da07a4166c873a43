"""Rules of EventBridge that run on a schedule; at --time-scale 600 a minute is a tenth of a second.

Numbers: facts of docs/services/eventbridge.md.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.contracts.account import ACCOUNT, Account, Queue, unique

SOON = "rate(1 minute)"


@contextmanager
def scheduled(account: Account, *targets: dict[str, Any], **members: Any) -> Iterator[str]:
    """Put a rule with a schedule, and take it away again."""
    rule, events = unique("schedule"), account.events
    events.put_rule(Name=rule, **{"ScheduleExpression": SOON, **members})
    named = [{"Id": str(number), **target} for number, target in enumerate(targets)]
    events.put_targets(Rule=rule, Targets=named)
    try:
        yield rule
    finally:
        events.remove_targets(Rule=rule, Ids=[target["Id"] for target in named])
        events.delete_rule(Name=rule)


def empty(queue: Queue) -> None:
    while not queue.is_empty():
        pass


def ticks(queue: Queue) -> None:
    """Return when an enabled rule has run twice more."""
    empty(queue)
    assert queue.receive()
    assert queue.receive()


def test_1_a_rate_runs_again_and_again(account: Account):
    queue = account.queue()
    with scheduled(account, {"Arn": queue.arn}) as rule:
        first, second = queue.receive(), queue.receive()
    assert first.pop("id") != second["id"]
    moments = [datetime.fromisoformat(event["time"]) for event in (first, second)]
    assert moments[1] - moments[0] >= timedelta(minutes=1)
    assert first == {
        "version": "0",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "time": first["time"],
        "region": account.region,
        "resources": [f"arn:aws:events:{account.region}:{ACCOUNT}:rule/{rule}"],
        "detail": {},
    }


def test_2_a_calendar_runs_at_its_minutes(account: Account):
    queue = account.queue()
    with scheduled(account, {"Arn": queue.arn}, ScheduleExpression="cron(0/2 * * * ? *)"):
        moment = datetime.fromisoformat(queue.receive()["time"])
    assert (moment.minute % 2, moment.second) == (0, 0)


def test_3_functions_and_topics_are_targets_too(account: Account):
    reports, heard = account.queue(), account.queue()
    function = account.function("subject.report_event", {"REPORTS": reports.url})
    topic = account.sns.create_topic(Name=unique("topic"))["TopicArn"]
    account.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=heard.arn)
    with scheduled(account, {"Arn": function.arn}, {"Arn": topic}):
        invoked = reports.receive()
        assert invoked["detail-type"] == "Scheduled Event"
        assert json.loads(heard.receive()["Message"])["source"] == "aws.events"


def test_4_a_target_may_have_an_input_of_its_own(account: Account):
    queue = account.queue()
    target = {"Arn": queue.arn, "Input": '{"bucket": "documents"}'}
    with scheduled(account, target):
        assert queue.receive() == {"bucket": "documents"}


def test_5_a_rule_runs_while_it_is_enabled(account: Account):
    queue, events = account.queue(), account.events
    with scheduled(account, {"Arn": queue.arn}, State="DISABLED") as rule:
        other = account.queue()
        with scheduled(account, {"Arn": other.arn}):
            ticks(other)
            assert queue.is_empty()
            events.enable_rule(Name=rule)
            assert queue.receive()
            events.disable_rule(Name=rule)
            ticks(other)  # what was on its way has arrived
            empty(queue)
            ticks(other)
            assert queue.is_empty()


def test_6_another_schedule_counts_from_its_change(account: Account):
    queue = account.queue()
    with scheduled(account, {"Arn": queue.arn}, ScheduleExpression="rate(365 days)") as rule:
        account.events.put_rule(Name=rule, ScheduleExpression=SOON)
        assert queue.receive()


def test_7_a_rule_may_have_a_schedule_and_a_pattern(account: Account):
    queue, source = account.queue(), unique("source")
    pattern = json.dumps({"source": [source]})
    with scheduled(account, {"Arn": queue.arn}, EventPattern=pattern):
        entry = {"Source": source, "DetailType": "t", "Detail": "{}"}
        account.events.put_events(Entries=[entry])
        sources: set[str] = set()
        while sources != {source, "aws.events"}:
            sources.add(queue.receive()["source"])


@pytest.mark.parametrize(
    "expression",
    [
        "rate(0 minutes)",
        "rate(1 minutes)",
        "rate(5 minute)",
        "rate(10 seconds)",
        "cron(0 10 * * ?)",
        "cron(0 10 * * * *)",
        "cron(0 25 * * ? *)",
        "cron(0 10 ? * 3#1,6#3 *)",
        "at(2030-01-01T00:00:00)",
        "every minute",
    ],
)
def test_8_a_schedule_that_is_none_is_refused(account: Account, expression: str):
    with pytest.raises(
        ClientError, match=r"Parameter ScheduleExpression is not valid\."
    ) as refused:
        account.events.put_rule(Name=unique("rule"), ScheduleExpression=expression)
    assert refused.value.response["Error"]["Code"] == "ValidationException"


def test_9_only_the_default_bus_has_schedules(account: Account):
    bus = unique("bus")
    account.events.create_event_bus(Name=bus)
    with pytest.raises(ClientError, match="supported only on the default event bus"):
        account.events.put_rule(Name=unique("rule"), EventBusName=bus, ScheduleExpression=SOON)
