"""What a mapping works with: the way in, the functions, the queues, the journal and the clocks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from harness.call import Handler
from harness.clock import Clock
from harness.iam.service_roles import Authorize, anything
from harness.journal import Journal
from harness.services.lambda_.function import Functions
from harness.services.sqs import Queues


@dataclass(frozen=True, slots=True)
class Machine:
    """What this machine can run, beyond which messages wait in the queue and not out of it.

    sandboxes: of one function at the same time. waiting(function): invocations without a sandbox.
    """

    sandboxes: int
    waiting: Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """clock: for the waits that AWS prescribes. wall: for what the control plane times itself.

    authorize: whether the function's role may read the queue; it is the role that polls (§6.3.6).
    """

    door: Handler
    functions: Functions
    queues: Queues
    journal: Journal
    clock: Clock
    wall: Clock
    region: str
    machine: Machine
    authorize: Authorize = anything
