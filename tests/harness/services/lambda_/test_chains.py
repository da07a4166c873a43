"""Which invocations may take the place of their callers."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from harness.services.lambda_.chains import Chains, root

TRACE = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0"


@pytest.mark.parametrize(
    ("trace", "found"),
    [
        (TRACE, "1-5759e988-bd862e3fe1be46a994272793"),
        ("Self=1-2;Root=1-5;Sampled=1", "1-5"),
        ("Parent=1", ""),
        ("", ""),
        ("nonsense", ""),
    ],
)
def test_the_root_of_a_trace(trace, found):
    assert root(trace) == found


def taken(chains: Chains, stack: ExitStack, trace: str = TRACE) -> bool:
    return stack.enter_context(chains.called(trace))


def test_each_running_invocation_has_one_place_to_give():
    chains = Chains()
    with ExitStack() as stack:
        assert not taken(chains, stack)
        with chains.running(TRACE):
            assert [taken(chains, stack), taken(chains, stack)] == [True, False]
            with chains.running(TRACE):  # the one that was called, and calls in its turn
                assert [taken(chains, stack), taken(chains, stack)] == [True, False]


def test_a_place_is_given_back():
    chains = Chains()
    with chains.running(TRACE):
        for _ in range(3):
            with chains.called(TRACE) as place:
                assert place


def test_without_a_trace_nobody_is_known():
    chains = Chains()
    with ExitStack() as stack, chains.running(""):
        assert not taken(chains, stack, "Root=1-other")
