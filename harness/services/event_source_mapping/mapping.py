"""One event source mapping as the API shows it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from harness.services.event_source_mapping.settings import Settings, described


class State(StrEnum):
    """Between two calls a mapping is ENABLED or DISABLED; the others are on the way there."""

    CREATING = "Creating"
    ENABLING = "Enabling"
    ENABLED = "Enabled"
    UPDATING = "Updating"
    DISABLING = "Disabling"
    DISABLED = "Disabled"
    DELETING = "Deleting"
    DELETED = "Deleted"  # never shown: it does not exist any more


@dataclass(slots=True)
class EventSourceMapping:
    """function: its name with a qualifier; problem: why nothing is processed, "" if it is.

    modified: seconds since the epoch.
    """

    uuid: str
    arn: str
    queue_arn: str
    function: str
    function_arn: str
    settings: Settings
    state: State
    modified: float
    problem: str = ""

    @property
    def fifo(self) -> bool:
        return self.queue_arn.endswith(".fifo")

    def describe(self) -> dict[str, Any]:
        """Return the mapping's configuration, as every operation answers it."""
        shown: dict[str, Any] = {
            "UUID": self.uuid,
            "EventSourceMappingArn": self.arn,
            "EventSourceArn": self.queue_arn,
            "FunctionArn": self.function_arn,
            "State": self.state.value,
            "StateTransitionReason": "USER_INITIATED",
            "LastModified": self.modified,
            **described(self.settings),
        }
        if self.problem:
            shown["LastProcessingResult"] = self.problem
        return shown
