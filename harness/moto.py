"""The control plane: unmodified moto in a child process, behind a production WSGI server.

moto keeps state (objects, configurations, queues, secrets, alarms, logs); behaviour is ours.
Waitress and not moto's own development server: docs/decisions/0009-moto-behind-waitress.md.
"""

from __future__ import annotations

import asyncio
import re
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping, Sequence
from pathlib import Path

from harness.aws import ACCOUNT
from harness.call import Call, Reply
from harness.child import Registry, start, stop
from harness.errors import EnvironmentFailedError
from harness.last_words import last_words
from harness.upstream import Upstream

# Read by moto when it is imported: AWS managed policies exist as on AWS; AMIs are not needed.
ENVIRONMENT = {
    "MOTO_ACCOUNT_ID": ACCOUNT,
    "MOTO_IAM_LOAD_MANAGED_POLICIES": "true",
    "MOTO_EC2_LOAD_DEFAULT_AMIS": "false",
    "MOTO_LAMBDA_STUB_ECR": "true",
    "PYTHONUNBUFFERED": "1",
}


class Moto:
    """A handler that forwards to moto; calls made while it starts wait until it is ready."""

    def __init__(
        self,
        registry: Registry,
        log: Path,
        environment: Mapping[str, str],
        services: Sequence[str] = (),
    ) -> None:
        """services: which will be asked first, by their signing names."""
        self._services = services
        self._registry = registry
        self._log = log
        self._environment = {**environment, **ENVIRONMENT}
        self._process: Process | None = None
        self._upstream: asyncio.Future[Upstream] = asyncio.get_running_loop().create_future()

    async def spawn(self) -> None:
        """Start the child; it answers when `ready` returns."""
        with self._log.open("ab") as log:
            self._process = await start(
                [sys.executable, "-m", "harness.moto_server", *self._services],
                registry=self._registry,
                env=self._environment,
                stdout=PIPE,
                stderr=log,
            )

    async def ready(self) -> None:
        """Return when the child answers; raises `EnvironmentFailedError` when it ended instead."""
        assert self._process is not None
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


_TYPE = re.compile(r"AWS::(\w+)::(\w+)")
_BEHIND_SAM = {"Function": ("Lambda", "IAM"), "HttpApi": ("ApiGatewayV2",)}
# CloudFormation's names to signing names: S3, which everybody asks first, then the slowest to
# load. What is not listed is loaded when it is asked.
_SIGNING_NAMES = {
    "S3": "s3",
    "EC2": "ec2",
    "IAM": "iam",
    "ApiGatewayV2": "apigateway",
    "CloudWatch": "monitoring",
    "ECR": "ecr",
    "Lambda": "lambda",
    "Logs": "logs",
    "SecretsManager": "secretsmanager",
    "SNS": "sns",
    "SQS": "sqs",
}


def services_of(template: str) -> list[str]:
    """Return the signing names of services a template's text mentions, in loading order (pure)."""
    found: set[str] = set()
    for service, kind in _TYPE.findall(template):
        found.update(_BEHIND_SAM.get(kind, ()) if service == "Serverless" else (service,))
    return [signing for name, signing in _SIGNING_NAMES.items() if name in found]
