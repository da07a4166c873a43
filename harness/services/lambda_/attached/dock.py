"""The Runtime API port of one function, and the replicas attached to it."""

from __future__ import annotations

import asyncio
import errno
from functools import partial
from pathlib import Path

from harness.call import Reply
from harness.clock import Clock
from harness.errors import EnvironmentFailedError
from harness.http1 import Head, StreamBody
from harness.listener import Listener
from harness.server import HttpServer
from harness.services.lambda_.attached.berths import Berths
from harness.services.lambda_.attached.lease import Lease
from harness.services.lambda_.attached.replica import Replica
from harness.services.lambda_.attached.role import CREDENTIALS, Role
from harness.services.lambda_.function import Function
from harness.services.lambda_.launch import Log, stream_name
from harness.services.lambda_.output import Output
from harness.services.lambda_.report import lines_of
from harness.services.lambda_.shown import Shown

_TASK_ROOT = Path("/var/task")
_PING = "/2018-06-01/ping"


class Dock:
    """Leases replicas out; `berths` says to the pools how many there are.

    overdue: replicas that did not exit yet though their invocation timed out or failed for good.
    log(group, stream, message) takes the lines of the platform.
    """

    def __init__(
        self, function: str, port: int, role: Role, log: Log, clock: Clock, region: str
    ) -> None:
        self.function = function
        self._role = role
        self.port = port
        self.berths = Berths()
        self.overdue: set[Replica] = set()
        self._idle: list[Replica] = []
        self._leased: set[Replica] = set()
        self._log = log
        self._clock = clock
        self._region = region
        self._listener = Listener(self._converse)

    @property
    def attached(self) -> int:
        return len(self._idle) + len(self._leased)

    async def open(self, host: str) -> None:
        """Let runtimes attach; raises `EnvironmentFailedError` when the port is taken."""
        try:
            self.port = await self._listener.start(host, self.port)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            raise EnvironmentFailedError(
                f"port {self.port} is taken by another program; choose another one with "
                f"`--attach {self.function}=PORT`, and for its runtimes"
            ) from None

    async def close(self) -> None:
        """Hang up; runtimes that wait for an invocation exit."""
        await self._listener.close()

    async def lease(self, function: Function) -> Lease:
        """Return a replica for one invocation; the caller has taken a berth for it."""
        replica = self._idle.pop()
        self._leased.add(replica)
        cold = not replica.log_stream
        if cold:
            replica.log_stream = stream_name(function.version, self._clock.now())
        stream = replica.log_stream
        output = Output(
            lambda message: self._log(function.log_group, stream, message), Shown(_TASK_ROOT)
        )
        lines = lines_of(function, self._region)
        return Lease(function, replica, self, output, lines, self._clock, cold=cold)

    def take_back(self, replica: Replica) -> None:
        self._leased.discard(replica)
        self._idle.append(replica)

    def dismiss(self, replica: Replica) -> None:
        replica.api.dismiss()
        self._leased.discard(replica)
        if not replica.gone.done():
            self.overdue.add(replica)
        self._count()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        replica = Replica(reader)
        arrival = asyncio.ensure_future(self._arrive(replica))
        try:
            await HttpServer(partial(self._respond, replica)).serve(reader, writer)
        finally:
            arrival.cancel()
            self._leave(replica)

    async def _respond(
        self, replica: Replica, head: Head, body: StreamBody, source_ip: str
    ) -> Reply:
        if head.start[:2] == ("GET", _PING):
            return self._pong()
        if head.start[:2] == ("GET", CREDENTIALS):
            return await self._role.answer()
        return await replica.respond(head, body, source_ip)

    def _pong(self) -> Reply:
        """Tell a health check whether the function has a runtime."""
        text = f"{self.attached} attached\n".encode()
        return Reply(200 if self.attached else 503, [("Content-Type", "text/plain")], text)

    async def _arrive(self, replica: Replica) -> None:
        await replica.welcome()
        if replica.failed and not self.berths.waiting:
            return  # it concerns nobody's invocation, and whoever started it has its words
        self._idle = [other for other in self._idle if not other.failed]
        self._idle.append(replica)
        self._count()

    def _leave(self, replica: Replica) -> None:
        replica.gone.set_result(None)
        self.overdue.discard(replica)
        if replica in self._idle and not replica.failed:
            self._idle.remove(replica)
        self._count()

    def _count(self) -> None:
        self.berths.bound = self.attached
        self.berths.offer()
