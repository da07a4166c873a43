"""The control plane: unmodified moto in a child process, behind a production WSGI server.

moto keeps state (objects, configurations, queues, secrets, alarms, logs); behaviour is ours.
`python -m harness.moto` is the child: it listens on a free port and prints it.
Waitress and not moto's own development server: docs/decisions/0009-moto-behind-waitress.md.
"""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping
from pathlib import Path

from harness.call import Call, Reply
from harness.child import Registry, start, stop
from harness.errors import EnvironmentFailedError
from harness.last_words import last_words
from harness.upstream import Upstream

THREADS = 16

# Read by moto when it is imported: AWS managed policies exist as on AWS; AMIs are not needed.
ENVIRONMENT = {
    "MOTO_IAM_LOAD_MANAGED_POLICIES": "true",
    "MOTO_EC2_LOAD_DEFAULT_AMIS": "false",
    "MOTO_LAMBDA_STUB_ECR": "true",
    "PYTHONUNBUFFERED": "1",
}


class Moto:
    """A handler that forwards to moto; calls made while it starts wait until it is ready."""

    def __init__(self, registry: Registry, log: Path, environment: Mapping[str, str]) -> None:
        self._registry = registry
        self._log = log
        self._environment = {**environment, **ENVIRONMENT}
        self._process: Process | None = None
        self._upstream: asyncio.Future[Upstream] = asyncio.get_running_loop().create_future()

    async def start(self) -> None:
        """Start the child and return when it answers."""
        with self._log.open("ab") as log:
            self._process = await start(
                [sys.executable, "-m", "harness.moto"],
                registry=self._registry,
                env=self._environment,
                stdout=PIPE,
                stderr=log,
            )
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        if not line:
            code = await self._process.wait()
            message = (
                f"the control plane (moto) ended with exit code {code}: {last_words(self._log)}"
            )
            error = EnvironmentFailedError(message)
            self._upstream.set_exception(error)
            raise error
        self._upstream.set_result(Upstream("127.0.0.1", int(line)))

    async def __call__(self, call: Call) -> Reply:
        upstream = await asyncio.shield(self._upstream)
        return await upstream(call)

    async def ended(self) -> int:
        """Return moto's exit code once it is gone; nothing can be answered any more."""
        assert self._process is not None
        return await self._process.wait()

    async def stop(self) -> None:
        if self._upstream.done() and not self._upstream.exception():
            self._upstream.result().close()
        if self._process is not None:
            await stop(self._process, registry=self._registry)


def serve() -> None:
    """Serve moto on a free port of 127.0.0.1; print the port once connections are accepted."""
    from moto.server import DomainDispatcherApplication, create_backend_app
    from waitress.server import create_server

    application = DomainDispatcherApplication(create_backend_app)
    application.get_application({"HTTP_HOST": "s3.amazonaws.com", "PATH_INFO": "/"})
    server = create_server(
        application,
        host="127.0.0.1",
        port=0,
        threads=THREADS,
        max_request_body_size=1 << 40,
        connection_limit=1000,
        channel_timeout=24 * 3600,
        asyncore_use_poll=True,
        ident=None,
    )
    print(server.effective_port, flush=True)
    server.run()


if __name__ == "__main__":
    serve()
