"""What every part of the data plane stands on."""

from __future__ import annotations

from dataclasses import dataclass

from harness.call import Handler
from harness.clock import Clock
from harness.journal import Journal
from harness.options import Options
from harness.state import State


@dataclass(frozen=True, slots=True)
class Ground:
    """door: the endpoint with its layers, for calls of services; control_plane: moto alone."""

    state: State
    options: Options
    control_plane: Handler
    door: Handler
    journal: Journal
    clock: Clock

    @property
    def region(self) -> str:
        return self.options.region
