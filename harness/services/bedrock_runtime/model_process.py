"""The emulated models in a process of their own, so that computing never holds up the loop.

The process starts with the first task (or `start`) and again after it died. Tasks are written in
order and answered in order; a caller that went away simply leaves its answer unread.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from asyncio import IncompleteReadError, StreamReader, StreamWriter
from asyncio.subprocess import PIPE, Process
from collections import deque
from pathlib import Path

import harness
from harness import child
from harness.errors import AwsError
from harness.services.bedrock_runtime.frames import LENGTHS, pack_task, unpack_answer
from harness.services.bedrock_runtime.task import Answer, Task

_COMMAND = (sys.executable, "-m", "harness.services.bedrock_runtime.worker")
# Where `harness` is imported from: the process has no environment that would tell it.
_ROOT = Path(harness.__file__).parents[1]
# One thread is enough for matrices this small, and the loop needs the other cores.
_ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1"}


class ModelProcess:
    """`Models` in a child process that ends with us."""

    def __init__(self, registry: child.Registry) -> None:
        self._registry = registry
        self._starting = asyncio.Lock()
        self._link: _Link | None = None

    async def start(self) -> None:
        """Start the process now, so that the first task need not wait for it."""
        await self._connected()

    async def answer(self, task: Task) -> Answer:
        """Return the model's answer.

        Raises `AwsError` when the model refuses the task, and a retryable one
        (InternalServerException) when the process died over it.
        """
        link = await self._connected()
        return await link.ask(task)

    async def close(self) -> None:
        async with self._starting:
            if self._link:
                await self._link.close()

    async def _connected(self) -> _Link:
        async with self._starting:
            if self._link is None or self._link.ended:
                self._link = await self._open()
            return self._link

    async def _open(self) -> _Link:
        process = await child.start(
            _COMMAND,
            registry=self._registry,
            env=_ENVIRONMENT,
            cwd=_ROOT,
            stdin=PIPE,
            stdout=PIPE,
        )
        return _Link(process, self._registry)


class _Link:
    """One life of the model process."""

    def __init__(self, process: Process, registry: child.Registry) -> None:
        self._process = process
        self._registry = registry
        self._waiting: deque[asyncio.Future[Answer]] = deque()
        self._reading = asyncio.create_task(self._read_answers())

    @property
    def ended(self) -> bool:
        return self._reading.done() or self._process.returncode is not None

    async def ask(self, task: Task) -> Answer:
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append(answer)
        self._input.write(pack_task(task))
        return await answer

    async def close(self) -> None:
        self._input.close()
        await child.stop(self._process, registry=self._registry)
        await self._reading

    async def _read_answers(self) -> None:
        try:
            with contextlib.suppress(IncompleteReadError):
                while True:
                    self._deliver(await _read_answer(self._output))
        finally:
            self._fail(await child.stop(self._process, registry=self._registry))

    def _deliver(self, outcome: Answer | AwsError) -> None:
        waiting = self._waiting.popleft()
        if waiting.done():
            return
        if isinstance(outcome, AwsError):
            waiting.set_exception(outcome)
        else:
            waiting.set_result(outcome)

    def _fail(self, status: int) -> None:
        message = f"The emulated model's process ended with status {status}; call again."
        while self._waiting:
            self._deliver(AwsError("InternalServerException", message, 500))

    @property
    def _input(self) -> StreamWriter:
        assert self._process.stdin is not None
        return self._process.stdin

    @property
    def _output(self) -> StreamReader:
        assert self._process.stdout is not None
        return self._process.stdout


async def _read_answer(stream: StreamReader) -> Answer | AwsError:
    head_length, body_length = LENGTHS.unpack(await stream.readexactly(LENGTHS.size))
    return unpack_answer(
        await stream.readexactly(head_length), await stream.readexactly(body_length)
    )
