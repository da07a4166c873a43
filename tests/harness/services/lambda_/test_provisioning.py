"""Orders for sandboxes that are ready before anybody invokes (aws-behaviour §4.5)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from harness.clock import ManualClock
from harness.errors import AwsError
from harness.services.lambda_.function import Function
from harness.services.lambda_.provisioning import Provisioning
from tests.harness.services.lambda_.examples import function


class Pool:
    def __init__(self) -> None:
        self.prepared = 0
        self.let_go_of = 0
        self.lost: Callable[[], None] = lambda: None

    def let_go(self) -> None:
        self.let_go_of, self.prepared = self.prepared, 0


class Machine:
    """Functions and invoker in one; `good` says whether the next inits succeed."""

    def __init__(self) -> None:
        self.pools: dict[str, Pool] = {}
        self.versions = {"live": "1", "1": "1", "$LATEST": "$LATEST"}
        self.initializations: list[str] = []
        self.good = True

    async def get(self, name: str, qualifier: str) -> Function:
        if qualifier not in self.versions:
            raise AwsError("ResourceNotFoundException", "Function not found", 404)
        return function(Version=self.versions[qualifier])

    def pool(self, of: Function) -> Pool:
        return self.pools.setdefault(of.version, Pool())

    async def prepare(self, of: Function) -> bool:
        await asyncio.sleep(0)
        self.initializations.append(of.initialization)
        self.pool(of).prepared += self.good
        return self.good


def using(work: Callable[[Provisioning, Machine], Awaitable[None]], bound: int = 8) -> None:
    async def run() -> None:
        machine = Machine()
        provisioning = Provisioning(machine, machine, bound, ManualClock())
        async with asyncio.timeout(20):
            await work(provisioning, machine)
        await provisioning.close()

    asyncio.run(run())


async def settled(provisioning: Provisioning, qualifier: str = "live") -> tuple[str, int, str]:
    work = provisioning._orders[("f", qualifier)].work
    assert work is not None
    await work
    state = provisioning.state("f", qualifier)
    return state.status, state.available, state.reason


def test_an_order_is_in_progress_until_all_are_ready():
    async def work(provisioning: Provisioning, machine: Machine) -> None:
        provisioning.want("f", "live", 3)
        assert provisioning.state("f", "live").status == "IN_PROGRESS"
        assert await settled(provisioning) == ("READY", 3, "")
        assert machine.pools["1"].prepared == 3

    using(work)


def test_an_init_that_fails_fails_the_order():
    async def work(provisioning: Provisioning, machine: Machine) -> None:
        machine.good = False
        provisioning.want("f", "live", 1)
        assert await settled(provisioning) == ("FAILED", 0, "FUNCTION_ERROR_INIT_FAILURE")

    using(work)


def test_a_qualifier_that_is_gone_fails_the_order():
    async def work(provisioning: Provisioning, machine: Machine) -> None:
        provisioning.want("f", "gone", 1)
        assert (await settled(provisioning, "gone"))[0] == "FAILED"

    using(work)


def test_one_that_was_lost_is_replaced():
    async def work(provisioning: Provisioning, machine: Machine) -> None:
        provisioning.want("f", "live", 2)
        await settled(provisioning)
        pool = machine.pools["1"]
        pool.prepared -= 1
        pool.lost()
        await asyncio.sleep(0)
        assert await settled(provisioning) == ("READY", 2, "")
        assert pool.prepared == 2

    using(work)


def test_an_alias_that_moves_takes_its_order_along():
    async def work(provisioning: Provisioning, machine: Machine) -> None:
        provisioning.want("f", "live", 2)
        await settled(provisioning)
        machine.versions["live"] = "2"
        provisioning.moved("f", "live")
        provisioning.moved("f", "other")
        assert await settled(provisioning) == ("READY", 2, "")
        assert machine.pools["1"].let_go_of == 2
        assert machine.pools["2"].prepared == 2

    using(work)


def test_the_machine_prepares_no_more_than_it_runs():
    async def work(provisioning: Provisioning, machine: Machine) -> None:
        provisioning.want("f", "live", 50)
        assert await settled(provisioning) == ("READY", 50, "")
        assert machine.pools["1"].prepared == 3

    using(work, bound=3)


def test_what_is_dropped_is_let_go():
    async def work(provisioning: Provisioning, machine: Machine) -> None:
        provisioning.want("f", "live", 2)
        await settled(provisioning)
        provisioning.drop_all("f")
        provisioning.drop("f", "live")
        assert machine.pools["1"].let_go_of == 2

    using(work)


def test_what_is_kept_warm_does_not_know_it():
    async def work(provisioning: Provisioning, machine: Machine) -> None:
        provisioning.keep_warm("f", 2)
        await settled(provisioning, "$LATEST")
        provisioning.want("f", "live", 1)
        await settled(provisioning)
        assert machine.pools["$LATEST"].prepared == 2
        assert machine.initializations == ["on-demand", "on-demand", "provisioned-concurrency"]

    using(work)


def test_what_is_kept_warm_is_replaced_when_it_is_lost():
    async def work(provisioning: Provisioning, machine: Machine) -> None:
        provisioning.keep_warm("f", 2)
        await settled(provisioning, "$LATEST")
        pool = machine.pools["$LATEST"]
        pool.prepared -= 1
        pool.lost()
        await settled(provisioning, "$LATEST")
        assert pool.prepared == 2

    using(work)
