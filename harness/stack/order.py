"""Which resource has to wait for which: a walk through the dependency graph."""

from __future__ import annotations

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter

from harness.stack.errors import TemplateError

Dependencies = Mapping[str, frozenset[str]]


class Order:
    """Hands out what may be created next; ask again after each `done`.

    dependencies: logical id -> the logical ids that must exist before it.
    Raises `TemplateError` naming the cycle when there is one.
    """

    def __init__(self, dependencies: Dependencies) -> None:
        self._sorter = TopologicalSorter(dependencies)
        try:
            self._sorter.prepare()
        except CycleError as error:
            cycle = " -> ".join(reversed(error.args[1]))
            raise TemplateError(f"these resources need one another first: {cycle}") from error
        self._chain = _longest_chains(dependencies)

    def ready(self) -> list[str]:
        """Return what has become possible, the start of the longest chain first."""
        return sorted(self._sorter.get_ready(), key=lambda logical_id: -self._chain[logical_id])

    def done(self, logical_id: str) -> None:
        self._sorter.done(logical_id)

    def __bool__(self) -> bool:
        return self._sorter.is_active()


def _longest_chains(dependencies: Dependencies) -> dict[str, int]:
    """Return how many resources wait in a row behind each one."""
    chains = dict.fromkeys(dependencies, 0)
    for logical_id in reversed(list(TopologicalSorter(dependencies).static_order())):
        for needed in dependencies[logical_id]:
            chains[needed] = max(chains[needed], chains[logical_id] + 1)
    return chains
