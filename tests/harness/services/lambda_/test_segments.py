from __future__ import annotations

from dataclasses import replace

import orjson

from harness.clock import ManualClock
from harness.services.lambda_.outcome import raised, succeeded
from harness.services.lambda_.trace import parent, sampled
from harness.services.lambda_.tracing import Tracing
from harness.services.xray.segment import parse
from tests.harness.services.lambda_.examples import function

ACTIVE = replace(function(), tracing="Active")
HEADER = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled="


def sent(outcome, init_ms=None):
    """Return the header that the function found and Lambda's segments, as X-Ray takes them."""
    documents, clock = [], ManualClock(1000.0)
    tracing = Tracing(lambda *put: documents.extend(put), clock)
    header, span = tracing.begin(ACTIVE, f"{HEADER}1")
    clock.advance(3.0)
    tracing.end(span, ACTIVE, "id", outcome, began=1002.0, init_ms=init_ms)
    return header, *map(parse, documents)


def test_the_function_s_segment_is_what_its_calls_are_caused_by():
    header, service, own = sent(succeeded(b"1"))
    assert (parent(header), sampled(header)) == (own["id"], True)
    assert (service["parent_id"], own["parent_id"]) == ("53995c3f42cd8ad8", service["id"])
    assert (service["start_time"], own["start_time"], own["end_time"]) == (1000.0, 1002.0, 1003.0)
    assert [phase["name"] for phase in own["subsegments"]] == ["Invocation"]
    assert "fault" not in own


def test_a_cold_start_began_with_its_initialization():
    _, _, own = sent(succeeded(b"1"), init_ms=500.0)
    initialization, invocation = own["subsegments"]
    assert own["start_time"] == initialization["start_time"] == 1001.5
    assert initialization["end_time"] == invocation["start_time"] == 1002.0


def test_a_failure_has_a_cause():
    body = orjson.dumps({"errorType": "KeyError", "errorMessage": "'x'"})
    _, service, own = sent(raised(body, "Runtime.Unknown"))
    assert own["cause"] == {"exceptions": [{"type": "KeyError", "message": "'x'"}]}
    assert own["fault"] is own["subsegments"][0]["fault"] is True
    assert "fault" not in service


def test_who_passes_on_sends_nothing():
    tracing = Tracing(lambda *_: None, ManualClock())
    header, span = tracing.begin(function(), f"{HEADER}1")
    assert (header, span) == (f"{HEADER}1", None)
    untraced, none = tracing.begin(ACTIVE, f"{HEADER}0")
    assert (sampled(untraced), none) == (False, None)
