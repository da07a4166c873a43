from __future__ import annotations

import pytest
from botocore.session import get_session

from harness.services.s3_events.events import CONFIGURABLE, FIRED, covers


def test_what_can_be_configured_is_what_the_api_knows():
    model = get_session().get_service_model("s3")
    assert set(model.shape_for("Event").enum) == CONFIGURABLE


def test_everything_that_is_fired_can_be_configured():
    assert {f"s3:{name}" for name in FIRED} < CONFIGURABLE


@pytest.mark.parametrize(
    ("configured", "event", "covered"),
    [
        ("s3:ObjectCreated:*", "s3:ObjectCreated:Put", True),
        ("s3:ObjectCreated:*", "s3:ObjectCreated:*", True),
        ("s3:ObjectCreated:Put", "s3:ObjectCreated:Put", True),
        ("s3:ObjectCreated:Put", "s3:ObjectCreated:*", False),
        ("s3:ObjectCreated:*", "s3:ObjectRemoved:Delete", False),
        ("s3:ObjectRemoved:Delete", "s3:ObjectRemoved:DeleteMarkerCreated", False),
    ],
)
def test_what_a_configured_type_covers(configured, event, covered):
    assert covers(configured, event) is covered
