"""The engine, asked from the loop: each request waits in a thread."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from docker import APIClient
from docker.errors import APIError, DockerException, NotFound
from requests import RequestException

from harness.errors import AwsError
from harness.images.build_failure import explain
from harness.images.engine import attached
from harness.images.errors import EngineError

_THREADS = 32  # most wait for the end of a container
_log = logging.getLogger(__name__)
_P = ParamSpec("_P")
_T = TypeVar("_T")


class Engine:
    """client: of the engine at `host`; its requests may be made in several threads at once."""

    def __init__(self, host: str, client: APIClient) -> None:
        self.host = host
        self.client = client
        self._threads = ThreadPoolExecutor(_THREADS, "engine")

    async def ask(self, request: Callable[_P, _T], *args: _P.args, **named: _P.kwargs) -> _T:
        """Return the answer to a request of the client.

        Raises `AwsError` ServiceException, which is what Lambda says when it cannot start anything.
        """
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._threads, partial(request, *args, **named))
        except (DockerException, RequestException, EngineError) as error:
            raise AwsError("ServiceException", _sentence(error), 500) from error

    async def remove(
        self, request: Callable[_P, object], *args: _P.args, **named: _P.kwargs
    ) -> None:
        """Have something removed that may be gone already.

        What an engine that does not answer keeps is for the next start to remove (`reaper.py`).
        """
        try:
            await self.ask(request, *args, **named)
        except AwsError as error:
            if not isinstance(error.__cause__, NotFound):
                _log.warning("something was not removed: %s", error.message)

    def output(self, container: str) -> int:
        """Return a descriptor of what a container that is not started yet will write; blocks."""
        return attached(self.host, container).detach()

    async def close(self) -> None:
        """Wait for what is being made: it could not be found to be removed otherwise."""
        await asyncio.to_thread(self._threads.shutdown, cancel_futures=True)
        self.client.close()


def _sentence(error: Exception) -> str:
    said = error.explanation if isinstance(error, APIError) else None
    return f"the Docker engine cannot do it: {explain(str(said or error))}; see `harness doctor`"
