"""The pollers of the mappings that are enabled: started, stopped, and what becomes of a mapping."""

from __future__ import annotations

import asyncio

from harness.errors import AwsError
from harness.services.event_source_mapping.mapping import EventSourceMapping, State
from harness.services.event_source_mapping.poller import Poller
from harness.services.event_source_mapping.surroundings import Surroundings


class Pollers:
    """At most one poller for each mapping, by UUID."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._pollers: dict[str, tuple[Poller, asyncio.Task[None]]] = {}

    def switch(self, mapping: EventSourceMapping, *, enabled: bool) -> State:
        """Start or stop a mapping as asked; return the state on the way there."""
        if mapping.uuid in self._pollers:
            return self._wake(mapping) if enabled else self.stop(mapping, State.DISABLING)
        return self.start(mapping) if enabled else State.UPDATING

    def start(self, mapping: EventSourceMapping) -> State:
        poller = Poller(mapping, self._around)
        mapping.state, mapping.problem = State.ENABLED, ""
        self._pollers[mapping.uuid] = (poller, asyncio.ensure_future(self._poll(mapping, poller)))
        return State.ENABLING

    def stop(self, mapping: EventSourceMapping, state: State) -> State:
        """Let a mapping be in `state` until its running batches have ended, then disabled."""
        if mapping.uuid in self._pollers:
            mapping.state = state
            self._pollers[mapping.uuid][0].stop()
        return state

    def running(self, mapping: EventSourceMapping) -> int:
        """Return how many batches of a mapping are being processed."""
        return self._pollers[mapping.uuid][0].running if mapping.uuid in self._pollers else 0

    def polls(self, mapping: EventSourceMapping) -> bool:
        return mapping.uuid in self._pollers

    def wake_all(self) -> None:
        for poller, _ in self._pollers.values():
            poller.wake()

    async def close(self) -> None:
        """Give up everything that runs."""
        tasks = [task for _, task in self._pollers.values()]
        for poller, task in self._pollers.values():
            poller.abandon()
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _wake(self, mapping: EventSourceMapping) -> State:
        self._pollers[mapping.uuid][0].wake()
        return State.UPDATING

    async def _poll(self, mapping: EventSourceMapping, poller: Poller) -> None:
        """Run a poller to its end: stopped, or without its queue or function."""
        try:
            await poller.run()
        except AwsError as error:
            mapping.problem = f"PROBLEM: {error.message}"
            self._around.journal.record("mapping.disabled", uuid=mapping.uuid, reason=str(error))
        finally:
            del self._pollers[mapping.uuid]
            deleted = mapping.state is State.DELETING
            mapping.state = State.DELETED if deleted else State.DISABLED
