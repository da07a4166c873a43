from __future__ import annotations

import pytest

from harness.services.eventbridge.event import bus_name, envelope, is_entry, refusal

ENTRY = {"Source": "s", "DetailType": "t", "Detail": '{"a": 1}'}


def test_an_event_has_the_envelope_of_aws():
    entry = {**ENTRY, "Time": 1795397820.9, "Resources": ["arn"]}
    assert envelope(entry, "id", "ap-northeast-1", 0.0) == {
        "version": "0",
        "id": "id",
        "detail-type": "t",
        "source": "s",
        "account": "123456789012",
        "time": "2026-11-23T01:37:00Z",
        "region": "ap-northeast-1",
        "resources": ["arn"],
        "detail": {"a": 1},
    }


def test_an_entry_without_a_time_happened_now():
    assert envelope(ENTRY, "id", "r", 1795397820.0)["time"] == "2026-11-23T01:37:00Z"


@pytest.mark.parametrize("name", ["Source", "DetailType", "Detail"])
def test_what_an_entry_needs(name):
    found = refusal({key: value for key, value in ENTRY.items() if key != name})
    assert found["ErrorCode"] == "InvalidArgument"
    assert found["ErrorMessage"].startswith(f"Parameter {name} is not valid.")


@pytest.mark.parametrize("detail", ["no JSON", "[]", "1"])
def test_a_detail_is_a_json_object(detail):
    assert refusal({**ENTRY, "Detail": detail})["ErrorCode"] == "MalformedDetail"


@pytest.mark.parametrize(
    "changes",
    [{}, {"Time": 0}, {"Time": 1.5, "Resources": [], "EventBusName": "b"}, {"Detail": None}],
)
def test_what_is_an_entry(changes):
    assert is_entry({**ENTRY, **changes})


@pytest.mark.parametrize(
    "changes",
    [{"Time": "now"}, {"Time": 1e300}, {"Time": -1}, {"Source": 1}, {"Resources": "arn"}],
)
def test_what_is_none(changes):
    assert not is_entry({**ENTRY, **changes})
    assert not is_entry([])


def test_a_good_entry_is_not_refused():
    assert refusal(ENTRY) == {}


@pytest.mark.parametrize(
    ("named", "bus"),
    [(None, "default"), ("mine", "mine"), ("arn:aws:events:r:1:event-bus/mine", "mine")],
)
def test_a_bus_is_named_or_the_default(named, bus):
    assert bus_name({"EventBusName": named}) == bus
