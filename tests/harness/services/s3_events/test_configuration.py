from __future__ import annotations

import pytest

from harness.services.s3_events.configuration import Configuration
from tests.harness.services.s3_events.examples import BUS, FUNCTION, QUEUE, REGION, TOPIC, rule


@pytest.mark.parametrize(
    ("changes", "event", "key", "mismatch"),
    [
        ({}, "ObjectCreated:Put", "any", ""),
        ({}, "ObjectCreated:CompleteMultipartUpload", "any", ""),
        ({}, "ObjectRemoved:Delete", "any", "event type: the rule wants s3:ObjectCreated:*"),
        ({"events": ("s3:ObjectCreated:Put",)}, "ObjectCreated:Put", "any", ""),
        (
            {"events": ("s3:ObjectCreated:Put", "s3:ObjectAcl:Put")},
            *("ObjectCreated:Post", "any"),
            "event type: the rule wants s3:ObjectCreated:Put, s3:ObjectAcl:Put",
        ),
        ({"prefix": "uploads/"}, "ObjectCreated:Put", "uploads/a", ""),
        (
            {"prefix": "uploads/"},
            *("ObjectCreated:Put", "other/uploads/a"),
            "prefix: the key does not begin with uploads/",
        ),
        ({"suffix": ".pdf"}, "ObjectCreated:Put", "a.pdf", ""),
        (
            {"suffix": "*.pdf"},
            *("ObjectCreated:Put", "a.pdf"),
            "suffix: the key does not end with *.pdf",
        ),
        ({"prefix": "my+files/"}, "ObjectCreated:Put", "my files/a", ""),
        ({"prefix": "%E5%93%A1/"}, "ObjectCreated:Put", "員/a", ""),
    ],
)
def test_why_a_rule_does_not_want_an_event(changes, event, key, mismatch):
    assert rule(**changes).mismatch(event, key) == mismatch


@pytest.mark.parametrize(
    ("arn", "service"), [(FUNCTION, "lambda"), (QUEUE, "sqs"), (TOPIC, "sns"), (BUS, "events")]
)
def test_the_destination_is_in_the_arn(arn, service):
    assert (rule(arn).service, rule(arn).region) == (service, REGION)


def test_eventbridge_is_one_more_destination_that_wants_everything():
    configuration = Configuration((rule(),), event_bridge=True, region=REGION)
    only, bus = configuration.destinations
    assert (only, bus.arn) == (rule(), BUS)
    assert not bus.mismatch("ObjectTagging:Delete", "any")


def test_somebody_wants_one_of_the_events():
    configuration = Configuration((rule(prefix="a"),), region=REGION)
    assert configuration.wants(("ObjectRemoved:Delete", "ObjectCreated:Put"), "ab")
    assert not configuration.wants(("ObjectRemoved:Delete",), "ab")
    assert not configuration.wants(("ObjectCreated:Put",), "b")
