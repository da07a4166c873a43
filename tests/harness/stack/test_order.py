from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.stack.errors import TemplateError
from harness.stack.order import Order


def graph(**needs: str) -> dict[str, frozenset[str]]:
    return {name: frozenset(needed.split()) for name, needed in needs.items()}


def walk(order: Order) -> list[list[str]]:
    levels = []
    while order:
        levels.append(order.ready())
        for name in levels[-1]:
            order.done(name)
    return levels


def test_what_others_wait_for_longest_comes_first():
    order = Order(graph(a="", vpc="", subnet="vpc", function="subnet", z="a"))
    assert walk(order) == [["vpc", "a"], ["subnet", "z"], ["function"]]


def test_nothing_is_ready_twice():
    order = Order(graph(a="", b="a"))
    assert order.ready() == ["a"]
    assert order.ready() == []
    order.done("a")
    assert order.ready() == ["b"]


def test_a_cycle_is_named():
    with pytest.raises(TemplateError, match=r"need one another first: (\w) -> (\w) -> (\w) -> \1"):
        Order(graph(a="b", b="c", c="a", d=""))


def test_a_resource_that_needs_itself_is_a_cycle():
    with pytest.raises(TemplateError, match="a -> a"):
        Order(graph(a="a"))


@given(st.lists(st.sets(st.integers(0, 19)), min_size=1, max_size=20))
def test_everything_comes_once_and_after_what_it_needs(needs):
    dependencies = {
        str(index): frozenset(str(n) for n in needed if n < index)
        for index, needed in enumerate(needs)
    }
    seen: list[str] = []
    for level in walk(Order(dependencies)):
        assert all(dependencies[name] <= set(seen) for name in level)
        seen += level
    assert sorted(seen) == sorted(dependencies)
