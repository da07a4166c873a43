"""May this caller do this? IAM's evaluation within one account (pure).

An explicit deny anywhere wins. Else an identity policy or a resource policy must allow it, and a
permissions boundary, where there is one, must not leave it out
(IAM "policy evaluation logic"). A resource policy that names the whole account only delegates: it
allows nobody by itself.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from harness.iam.caller import Caller
from harness.iam.conditions import Context, holds
from harness.iam.glob import UnknownVariableError, matches
from harness.iam.policy import Statement

Statements = Sequence[Statement]


@dataclass(frozen=True, slots=True)
class Request:
    """resource: its ARN, "*" for an action that has none, None when it is not known here.

    A resource that is not known is taken to be any that a policy allows and none that it denies by
    name; `Decision.assumed` says when that mattered.
    """

    action: str
    resource: str | None
    context: Context


@dataclass(frozen=True, slots=True)
class Policies:
    """What applies to one request; boundary, resource: None where there is no such policy."""

    identity: Statements = ()
    boundary: Statements | None = None
    resource: Statements | None = None


class Reason(enum.Enum):
    ALLOWED = "allowed"
    DENIED_BY_IDENTITY = "with an explicit deny in an identity-based policy"
    DENIED_BY_BOUNDARY = "with an explicit deny in a permissions boundary"
    DENIED_BY_RESOURCE = "with an explicit deny in a resource-based policy"
    NO_IDENTITY = "because no identity-based policy allows the {action} action"
    NO_BOUNDARY = "because no permissions boundary allows the {action} action"


@dataclass(frozen=True, slots=True)
class Decision:
    """unknown: condition operators and keys that were met and are not known here."""

    reason: Reason
    unknown: frozenset[str] = frozenset()
    assumed: bool = False

    @property
    def allowed(self) -> bool:
        return self.reason is Reason.ALLOWED


def decide(request: Request, caller: Caller, policies: Policies) -> Decision:
    """Return whether `caller` may do what `request` says, and if not, why."""
    asked = _Asked(request)
    reason = _reason(asked, caller, policies)
    return Decision(reason, frozenset(asked.unknown), asked.assumed and reason is Reason.ALLOWED)


def _reason(asked: _Asked, caller: Caller, policies: Policies) -> Reason:
    boundary, resource = policies.boundary, policies.resource or ()
    concerned = [s for s in resource if _concerns(s, caller.matched_by)]
    if asked.denied(policies.identity):
        return Reason.DENIED_BY_IDENTITY
    if asked.denied(boundary or ()):
        return Reason.DENIED_BY_BOUNDARY
    if asked.denied(concerned):
        return Reason.DENIED_BY_RESOURCE
    if asked.allowed(_naming(concerned, caller.direct)):
        return Reason.ALLOWED
    granted = asked.allowed(_naming(concerned, caller.granted))
    if not granted and not asked.allowed(policies.identity):
        return Reason.NO_IDENTITY
    if boundary is not None and not asked.allowed(boundary):
        return Reason.NO_BOUNDARY
    return Reason.ALLOWED


def _naming(statements: Iterable[Statement], names: frozenset[str]) -> list[Statement]:
    return [s for s in statements if not s.inverted_principals and _concerns(s, names)]


def _concerns(statement: Statement, names: frozenset[str]) -> bool:
    """Tell whether a resource policy's statement is about somebody who has one of `names`."""
    listed = statement.principals
    named = listed is None or any(kind == "AWS" and name in names for kind, name in listed)
    return named is not statement.inverted_principals


class _Asked:
    """One request while it is put to statements; collects what they leave open."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._action = request.action.lower()
        self.unknown: set[str] = set()
        self.assumed = False

    def denied(self, statements: Iterable[Statement]) -> bool:
        return any(not s.allows and self._applies(s) for s in statements)

    def allowed(self, statements: Iterable[Statement]) -> bool:
        return any(s.allows and self._applies(s) for s in statements)

    def _applies(self, statement: Statement) -> bool:
        return (
            self._of_action(statement)
            and self._of_resource(statement)
            and all(
                holds(c, self._request.context, self.unknown, variables=statement.variables)
                for c in statement.conditions
            )
        )

    def _of_action(self, statement: Statement) -> bool:
        named = any(matches(pattern.lower(), self._action) for pattern in statement.actions)
        return named is not statement.inverted_actions

    def _of_resource(self, statement: Statement) -> bool:
        resource = self._request.resource
        if resource is None:
            return self._of_any_resource(statement)
        lookup = self._request.context.variable if statement.variables else None
        try:
            named = any(matches(pattern, resource, lookup) for pattern in statement.resources)
        except UnknownVariableError:
            return False
        return named is not statement.inverted_resources

    def _of_any_resource(self, statement: Statement) -> bool:
        if "*" in statement.resources:
            return not statement.inverted_resources
        self.assumed = True
        return statement.allows
