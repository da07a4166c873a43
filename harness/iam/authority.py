"""Whether a caller may do something: policies are read once, and asked as often as needed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from typing import TypeVar

from harness.call import Call, Handler
from harness.clock import Clock
from harness.iam.actions.asked import Asked
from harness.iam.caller import Caller, session
from harness.iam.context import context
from harness.iam.evaluate import Decision, Policies, Request, decide
from harness.iam.identity_policies import Attached, IdentityPolicies
from harness.iam.policy import Policy, Statement
from harness.iam.resource_policies import ResourcePolicies
from harness.journal import Journal

Read = TypeVar("Read")
_OF_AWS = "arn:aws:iam::aws:policy/"
_MOST = 10_000  # resources remembered; far more than an account under test has


class Authority:
    """Decides; `findings`: what it could not decide and therefore let pass, in sentences."""

    def __init__(self, control_plane: Handler, journal: Journal, clock: Clock, region: str) -> None:
        self._identities = IdentityPolicies(control_plane, region)
        self._resources = ResourcePolicies(control_plane, region)
        self._journal = journal
        self._clock = clock
        self._region = region
        self._attached: dict[str, Attached] = {}
        self._policies: dict[str, Policy | None] = {}
        self._secrets: dict[str, str] = {}
        self.findings: dict[str, None] = {}

    def forget_identities(self) -> None:
        """Read the policies of roles and users anew: IAM was changed.

        What is being read at this moment ends up in the dictionary dropped here.
        """
        self._attached = {}

    def forget_resources(self) -> None:
        """Read the policies of resources anew: one of their services was changed."""
        self._policies, self._secrets = {}, {}

    async def decide(self, caller: Caller, asked: Asked, call: Call | None = None) -> Decision:
        """Return whether `caller` may do `asked` with `call`; the journal gets a denial.

        call: None when a service does it in the caller's name.
        """
        asked = await self._located(asked)
        attached = await self._of(caller)
        resource = await self._policy_of(asked.resource)
        about = context(
            call,
            caller,
            attached.tags,
            region=self._region,
            now=self._clock.now(),
            more=asked.context,
        )
        policies = Policies(
            identity=self._statements(attached.policies.items()),
            boundary=_of(attached.boundary),
            resource=_of(resource),
        )
        decision = decide(Request(asked.action, asked.resource, about), caller, policies)
        self._note(caller, asked, decision)
        return decision

    def unchecked(self, what: str) -> None:
        """Report, once, something that was let pass because it cannot be checked here."""
        if what not in self.findings:
            self.findings[what] = None
            self._journal.record("iam.undecided", reason=what)

    async def mentions(self, role_arn: str, prefix: str) -> bool:
        """Tell whether the account's own policies of a role allow actions of a service.

        Those of AWS do not count: they allow far more than the role is meant for (§10.3).
        """
        attached = await self._of(session(role_arn, ""))
        own = (p for name, p in attached.policies.items() if not name.startswith(_OF_AWS))
        return any(
            statement.allows and any(a.lower().startswith(f"{prefix}:") for a in statement.actions)
            for policy in own
            for statement in policy.statements
        )

    async def _of(self, caller: Caller) -> Attached:
        return await _kept(self._attached, caller.identity, lambda: self._identities.of(caller))

    async def _located(self, asked: Asked) -> Asked:
        """Return `asked` with the whole ARN of a secret, which requests call by its name too."""
        name = asked.resource
        if name is None or name == "*" or not asked.action.startswith("secretsmanager:"):
            return asked
        arn = await _kept(self._secrets, name, lambda: self._resources.secret_arn(name))
        return replace(asked, resource=arn, shown=name)

    async def _policy_of(self, arn: str | None) -> Policy | None:
        if arn is None or arn == "*":
            return None
        resource = arn.partition("/")[0] if arn.startswith("arn:aws:s3:::") else arn
        return await _kept(self._policies, resource, lambda: self._resources.of(resource))

    def _statements(self, policies: Iterable[tuple[str, Policy]]) -> list[Statement]:
        found: list[Statement] = []
        for name, policy in policies:
            for problem in policy.problems:
                self.unchecked(f"the policy {name} grants nothing: {problem}")
            found += policy.statements
        return found

    def _note(self, caller: Caller, asked: Asked, decision: Decision) -> None:
        for name in sorted(decision.unknown):
            self.unchecked(f"{name} is not known here: conditions with it are never met")
        if decision.assumed:
            self.unchecked(
                f"the resource of {asked.action} is not known here: "
                "it was allowed because some resource is"
            )
        if not decision.allowed:
            self._journal.record(
                "iam.denied",
                principal=caller.arn,
                action=asked.action,
                resource=asked.resource or "*",
                why=decision.reason.value.format(action=asked.action),
            )


def _of(policy: Policy | None) -> tuple[Statement, ...] | None:
    return None if policy is None else policy.statements


async def _kept(known: dict[str, Read], key: str, read: Callable[[], Awaitable[Read]]) -> Read:
    """Return what is known by `key`, reading it the first time."""
    if key not in known:
        if len(known) >= _MOST:
            known.clear()
        known[key] = await read()
    return known[key]
