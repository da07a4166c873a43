"""Who makes a call, as policies and GetCallerIdentity name it (pure)."""

from __future__ import annotations

from dataclasses import dataclass

from harness.aws import ACCOUNT


@dataclass(frozen=True, slots=True)
class Caller:
    """arn: of the session or user; identity: of the role or user whose policies apply.

    function_arn: of the Lambda function behind a session of ours, else "".
    """

    arn: str
    identity: str
    user_id: str
    function_arn: str = ""

    @property
    def name(self) -> str:
        """Return the name of the role or user, without its path."""
        return self.identity.rpartition("/")[2]

    @property
    def is_user(self) -> bool:
        return ":user/" in self.identity

    @property
    def direct(self) -> frozenset[str]:
        """Return the principals whose grant in a resource policy no boundary limits."""
        return frozenset({self.arn})

    @property
    def granted(self) -> frozenset[str]:
        """Return the principals of a resource policy that are this caller, and not more."""
        return frozenset({self.arn, self.identity, "*"})

    @property
    def matched_by(self) -> frozenset[str]:
        """Return every principal that covers this caller, the whole account among them."""
        return self.granted | {ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root"}


def session(role_arn: str, name: str, *, user_id: str = "", function_arn: str = "") -> Caller:
    """Return the caller that a role becomes when `name` assumes it."""
    role = role_arn.rpartition("/")[2]
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{name}"
    return Caller(arn, role_arn, user_id, function_arn)
