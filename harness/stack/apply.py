"""Create what is planned, in order and side by side, check it, and undo it when something fails."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from harness.stack import resources
from harness.stack.aws import Aws
from harness.stack.errors import ResourceError, about
from harness.stack.intrinsics import Scope, resolve
from harness.stack.order import Order
from harness.stack.plan import Plan, Planned
from harness.stack.properties import Properties, differences
from harness.stack.resources import Configured, Created

WORKERS = 4


@dataclass(frozen=True)
class Made:
    """A resource that exists."""

    logical_id: str
    planned: Planned
    properties: Properties
    created: Created

    @property
    def type(self) -> str:
        return self.planned.kind.TYPE


class Stack:
    """The resources of a plan, as far as they exist.

    monotonic: seconds from any start. Created resources are appended to `made`.
    """

    def __init__(self, plan: Plan, aws: Aws, *, monotonic: Callable[[], float]) -> None:
        self._plan = plan
        self._aws = aws
        self._monotonic = monotonic
        self._values: dict[str, Any] = dict(plan.names)
        self._attributes: dict[str, Any] = {}
        self._scope = Scope(self._values, self._attributes, plan.mappings, aws.zones)
        self.made: list[Made] = []

    def create(self, report: Callable[[Made, float], None]) -> None:
        """Create everything; `report` is told of each resource and the seconds it took.

        Raises `StackError` for the first resource that fails, once nothing runs any more.
        """
        order = Order(self._plan.dependencies)
        pool = ThreadPoolExecutor(WORKERS)
        try:
            running: set[Future[tuple[Made, float]]] = set()
            while order:
                running |= {pool.submit(self._timed, name) for name in order.ready()}
                finished, running = wait(running, return_when=FIRST_COMPLETED)
                for future in finished:
                    made, seconds = future.result()
                    report(made, seconds)
                    order.done(made.logical_id)
        finally:
            pool.shutdown(cancel_futures=True)

    def resolved(self, value: Any) -> Any:
        """Return `value` with references to created resources resolved."""
        return resolve(value, self._scope)

    def roll_back(self) -> tuple[list[str], dict[str, str]]:
        """Delete what was made, the newest first.

        Returns the logical ids deleted and, for those that resisted, why.
        """
        deleted: list[str] = []
        left: dict[str, str] = {}
        for made in reversed(self.made):
            try:
                self._delete(made)
            except (BotoCoreError, ClientError) as error:
                left[made.logical_id] = _line(error)
            else:
                deleted.append(made.logical_id)
        return deleted, left

    def _timed(self, logical_id: str) -> tuple[Made, float]:
        started = self._monotonic()
        with about(logical_id):
            made = self._make(logical_id, self._plan.resources[logical_id])
        return made, self._monotonic() - started

    def _make(self, logical_id: str, planned: Planned) -> Made:
        properties = self.resolved(planned.properties)
        client = self._client(planned)
        name = f"{self._values['AWS::StackName']}-{logical_id}"
        try:
            created = planned.kind.create(client, properties, name)
            made = Made(logical_id, planned, properties, created)
            self._remember(made)
            self._finish(made, client)
        except (BotoCoreError, ClientError) as error:
            raise ResourceError(f"AWS refused {planned.kind.TYPE}: {_line(error)}") from error
        except KeyError as error:
            raise ResourceError(
                f"{error} is missing, in the template or in AWS's answer"
            ) from error
        return made

    def _remember(self, made: Made) -> None:
        self.made.append(made)
        self._values[made.logical_id] = made.created.physical_id
        self._attributes[made.logical_id] = made.created.attributes

    def _finish(self, made: Made, client: Any) -> None:
        kind, physical_id = made.planned.kind, made.created.physical_id
        if isinstance(kind, Configured):
            kind.configure(client, physical_id, made.properties)
        found = kind.read(client, physical_id, made.properties)
        for difference in differences(made.properties, found, kind.PROPERTIES):
            raise ResourceError(str(difference), property_path=difference.path)

    def _client(self, planned: Planned) -> Any:
        return self._aws.client(resources.service(planned.kind.TYPE))

    def _delete(self, made: Made) -> None:
        made.planned.kind.delete(
            self._client(made.planned), made.created.physical_id, made.properties
        )


def _line(error: Exception) -> str:
    return " ".join(str(error).split())
