"""Pods made ahead, so that a cold start does not wait for its network."""

from __future__ import annotations

import asyncio
import logging

from harness.errors import AwsError, HarnessError
from harness.services.lambda_.executors.containers.pod import Ground, Pod

DEFAULT_STORAGE_MB = 512
"""Of `/tmp`; another size has to wait."""

_log = logging.getLogger(__name__)


class Pods:
    """One is always ready, or being made."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._spare: asyncio.Task[Pod] | None = None

    def make_ahead(self) -> None:
        self._spare = asyncio.ensure_future(self._made(DEFAULT_STORAGE_MB))

    async def ready(self) -> None:
        """Wait for the one that is made ahead; raises as `Pod.open` does."""
        if self._spare is not None:
            await asyncio.shield(self._spare)

    async def take(self, storage_mb: int) -> Pod:
        """Return a new pod; raises as `Pod.open` does."""
        spare = self._spare
        if spare is None or storage_mb != DEFAULT_STORAGE_MB:
            return await self._made(storage_mb)
        self.make_ahead()
        return await spare

    async def close(self) -> None:
        spare, self._spare = self._spare, None
        if spare is None:
            return
        try:
            pod = await spare
        except (AwsError, HarnessError) as error:
            _log.warning("the spare pod could not be made: %s", error)
        else:
            await pod.close()

    async def _made(self, storage_mb: int) -> Pod:
        pod = Pod(self._ground, storage_mb)
        try:
            await pod.open()
        except BaseException:
            await pod.close()
            raise
        return pod
