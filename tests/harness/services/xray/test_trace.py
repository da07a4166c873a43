from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from harness.services.xray.trace import assembled, parts, summary

TRACE = "1-5759e988-bd862e3fe1be46a994272793"


def segment(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": f"{number:016x}",
        "trace_id": TRACE,
        "name": str(number),
        "start_time": float(number),
        "end_time": number + 1.0,
        **more,
    }


def below(number: int, parent: int, **more: Any) -> dict[str, Any]:
    return segment(number, type="subsegment", parent_id=f"{parent:016x}", **more)


def test_what_a_function_sends_is_below_its_invocation():
    invocation = {"id": "f" * 16, "name": "Invocation", "start_time": 1.0, "end_time": 2.0}
    function = segment(1, origin="AWS::Lambda::Function", subsegments=[invocation])
    (root,) = assembled([below(3, 2), below(2, 1), function])
    (placed,) = root["subsegments"][0]["subsegments"]
    assert (placed["name"], placed["subsegments"][0]["name"]) == ("2", "3")
    assert "trace_id" not in placed
    assert function["subsegments"] == [invocation]


def test_a_subsegment_whose_parent_is_unknown_stands_alone():
    assert [root["name"] for root in assembled([below(2, 9), segment(1)])] == ["1", "2"]


@given(st.lists(st.integers(0, 30), max_size=30))
def test_nothing_is_lost_in_any_tree(parents: list[int]):
    sent = [segment(0)] + [below(n, min(p, n - 1)) for n, p in enumerate(parents, 1)]
    roots = assembled(sent)
    assert sorted(p["name"] for r in roots for p in parts(r)) == sorted(s["name"] for s in sent)
    assert len(roots) == 1


def test_a_summary_tells_what_is_in_any_part():
    failed = below(2, 1, fault=True, annotations={"id": "x", "n": 1, "b": True})
    told = summary(TRACE, [segment(1, origin="AWS::Lambda"), failed])
    assert (told["HasFault"], told["HasError"], told["Duration"]) == (True, False, 2.0)
    values = {key: value[0]["AnnotationValue"] for key, value in told["Annotations"].items()}
    assert values == {
        "id": {"StringValue": "x"},
        "n": {"NumberValue": 1},
        "b": {"BooleanValue": True},
    }
    assert told["EntryPoint"]["Type"] == "AWS::Lambda"
