"""What lets a sandbox call AWS: its role's credentials, and where it reaches which service."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from harness.aws import ACCOUNT
from harness.errors import AwsError
from harness.iam.service_roles import DENIED, Authorize
from harness.iam.sessions import Sessions
from harness.network.names import endpoint_variables
from harness.services.lambda_.function import Function
from harness.services.lambda_.sampling import ACTIVE


@dataclass(frozen=True, slots=True)
class Grant:
    """variables: for the sandbox; logs, traces: whether its role allows them.

    end: revokes it.
    """

    variables: Mapping[str, str]
    logs: bool
    traces: bool
    end: Callable[[], None]


class Access:
    """Gives each sandbox credentials of its own, which end with it.

    nowhere: returns the URL of what a VPC does not lead to.
    """

    def __init__(
        self, sessions: Sessions, authorize: Authorize, region: str, nowhere: Callable[[], str]
    ) -> None:
        self._sessions = sessions
        self._authorize = authorize
        self._region = region
        self._nowhere = nowhere

    async def grant(self, function: Function, stream: str, endpoint_url: str) -> Grant:
        """Return what a new sandbox of `function` gets; call its `end` when the sandbox ends."""
        logs = await self._may_log(function, stream)
        traces = await self._may_trace(function)
        issued = self._sessions.issue(function.role_arn, function.name, function.arn)
        variables = {**issued.variables(), **self._addresses(function, endpoint_url)}
        return Grant(variables, logs, traces, lambda: self._sessions.end(issued.access_key_id))

    def _addresses(self, function: Function, endpoint_url: str) -> dict[str, str]:
        reach = function.reach
        if reach is None or reach.everything:
            return {"AWS_ENDPOINT_URL": endpoint_url}
        return endpoint_variables(reach.services, endpoint_url, self._nowhere())

    async def _may_log(self, function: Function, stream: str) -> bool:
        """Tell whether the role may write the log stream; Lambda says nothing when it may not."""
        group = f"arn:aws:logs:{self._region}:{ACCOUNT}:log-group:{function.log_group}"
        arn = f"{group}:log-stream:{stream}"
        return await self._may(function, arn, "logs:CreateLogStream", "logs:PutLogEvents")

    async def _may_trace(self, function: Function) -> bool:
        """Tell whether the role may put segments; it is asked only where Lambda puts some."""
        return function.tracing != ACTIVE or await self._may(function, "*", "xray:PutTraceSegments")

    async def _may(self, function: Function, arn: str, *actions: str) -> bool:
        try:
            for action in actions:
                await self._authorize(function.role_arn, function.name, action, arn)
        except AwsError as error:
            if error.code != DENIED:
                raise
            return False
        return True
