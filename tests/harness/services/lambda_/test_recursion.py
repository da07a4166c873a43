from __future__ import annotations

from pathlib import Path

import pytest

from harness.clock import ManualClock
from harness.journal import Event, Journal
from harness.services.lambda_.recursion import LIMIT, Recursion, RecursiveInvocationError


@pytest.fixture
def journal(tmp_path: Path):
    journal = Journal(tmp_path / "journal", ManualClock())
    yield journal
    journal.close()


def chain(recursion: Recursion, *functions: str) -> str:
    header = ""
    for function in functions:
        header = recursion.enter(function, "id", header)
    return header


def test_the_invocation_after_the_sixteenth_is_stopped_and_noted(journal):
    events: list[Event] = []
    journal.follow(events.append)
    recursion = Recursion(journal, ManualClock())
    header = chain(recursion, *["f"] * LIMIT)
    with pytest.raises(RecursiveInvocationError) as stopped:
        recursion.enter("f", "id-17", header)
    assert (stopped.value.code, stopped.value.status) == ("RecursiveInvocationException", 400)
    (event,) = events
    assert event.kind == "invocation.recursive"
    assert event.detail == {"function": "f", "request_id": "id-17", "invokes": 16}
    recursion.enter("another", "id", header)


def test_a_loop_over_several_functions_counts_each(journal):
    recursion = Recursion(journal, ManualClock())
    header = chain(recursion, *["f", "g"] * LIMIT)
    with pytest.raises(RecursiveInvocationError):
        recursion.enter("f", "id", header)


def test_a_loop_may_be_allowed_and_a_deleted_function_is_forgotten(journal):
    recursion = Recursion(journal, ManualClock())
    recursion.set_loop("f", "Allow")
    assert (recursion.loop("f"), recursion.loop("g")) == ("Allow", "Terminate")
    header = chain(recursion, *["f"] * 40)
    recursion.forget("f")
    with pytest.raises(RecursiveInvocationError):
        recursion.enter("f", "id", header)


def test_a_loop_is_terminated_again_when_that_is_set(journal):
    recursion = Recursion(journal, ManualClock())
    recursion.set_loop("f", "Allow")
    recursion.set_loop("f", "Terminate")
    assert recursion.loop("f") == "Terminate"
