from __future__ import annotations

from harness.services.xray.store import LARGEST_TRACE, Traces


def segment(trace: str, identity: str = "1", **more: object) -> dict[str, object]:
    return {"id": identity, "trace_id": trace, **more}


def test_the_oldest_traces_make_room():
    traces = Traces(most_bytes=100)
    for number in range(5):
        traces.put(segment(str(number)), 40)
    assert [trace.id for trace in traces] == ["3", "4"]
    assert traces.get("0") is None


def test_a_trace_has_a_largest_size():
    traces = Traces()
    traces.put(segment("t", "1"), LARGEST_TRACE)
    traces.put(segment("t", "2"), 1)
    trace = traces.get("t")
    assert trace is not None
    assert (list(trace.segments), trace.limit_exceeded) == (["1"], True)


def test_a_segment_sent_again_counts_once():
    traces = Traces(most_bytes=100)
    for _ in range(10):
        traces.put(segment("t"), 60)
    assert traces.get("t") is not None
