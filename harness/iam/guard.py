"""Identity, put together: whose keys are whose, what they may do, and the layers that insist."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from harness.call import Call, Handler, Layer, Reply
from harness.clock import Clock
from harness.iam.authority import Authority
from harness.iam.callers import Callers
from harness.iam.enforcement import Enforcement
from harness.iam.presigned import refuse_expired
from harness.iam.role_checks import RoleChecks
from harness.iam.secret_keys import SecretKeys
from harness.iam.service_roles import Authorize, anything, authorize_with
from harness.iam.sessions import Sessions
from harness.journal import Journal
from harness.services.bucket_policies import BucketPolicies

_NOT_ENFORCED = (
    "not enforced: policies are stored; start with --enforce-iam to check calls against them"
)


class Guard:
    """layers: to be put around the endpoint; authorize: whether a role may do what a service does.

    ask_lambda: answers questions about functions' policies; role_of(reference): a function's role.
    """

    def __init__(
        self,
        control_plane: Handler,
        ask_lambda: Handler,
        role_of: Callable[[str], Awaitable[str]],
        journal: Journal,
        clock: Clock,
        region: str,
        *,
        enforce: bool,
    ) -> None:
        self.sessions = Sessions()
        self.bucket_policies = BucketPolicies(control_plane)
        self.authority = Authority(self._ask, journal, clock, region)
        self.secret_keys = SecretKeys(self.sessions)
        self.layers: list[Layer] = [self.secret_keys, refuse_expired(clock)]
        self.authorize: Authorize = anything
        self.enforced = enforce
        self._ask_lambda = ask_lambda
        if enforce:
            callers = Callers(self.sessions, control_plane, region)
            self.layers.append(Enforcement(self.sessions, callers, self.authority, region))
            self.layers.append(RoleChecks(self.authority, role_of))
            self.authorize = authorize_with(self.authority)

    async def _ask(self, call: Call) -> Reply:
        """Answer a question about policies, past the layers: deciding must not be decided about."""
        if call.service == "lambda":
            return await self._ask_lambda(call)
        return await self.bucket_policies.ask(call)

    @property
    def limit(self) -> str:
        """Return what `status` says of it."""
        return "enforced" if self.enforced else _NOT_ENFORCED

    def findings(self) -> list[str]:
        return [f"--enforce-iam let pass: {what}" for what in self.authority.findings]

    def review(self) -> None:
        """Look at policies as they are now: without enforcement nobody tells of their changes."""
        if not self.enforced:
            self.authority.forget_identities()
