"""The policies of roles and users, asked from IAM in the control plane once per change."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote
from xml.etree import ElementTree as ET

from harness.aws import query_call
from harness.aws_xml import texts, xml_answer
from harness.call import Handler
from harness.errors import AwsError
from harness.iam.caller import Caller
from harness.iam.policy import Policy, parse


@dataclass(frozen=True, slots=True)
class Attached:
    """policies: by what a reader knows them by; boundary: None without one.

    tags: of the role or user, what `aws:PrincipalTag/…` asks for.
    """

    policies: Mapping[str, Policy] = field(default_factory=dict)
    boundary: Policy | None = None
    tags: Mapping[str, str] = field(default_factory=dict)


class IdentityPolicies:
    """Reads what applies to a role or user; a role that does not exist has nothing."""

    def __init__(self, control_plane: Handler, region: str) -> None:
        self._control_plane = control_plane
        self._region = region

    async def of(self, caller: Caller) -> Attached:
        """Return inline, attached and group policies, the boundary and the tags."""
        kind = "User" if caller.is_user else "Role"
        try:
            found = await self._ask(f"Get{kind}", {f"{kind}Name": caller.name})
        except AwsError as error:
            if error.code != "NoSuchEntity":
                raise
            return Attached()
        own, boundary, groups = await asyncio.gather(
            self._attached_to(kind, caller.name),
            self._boundary(found),
            self._of_groups(caller.name) if caller.is_user else _nothing(),
        )
        tags = {
            t.findtext("Key", ""): t.findtext("Value", "") for t in found.iterfind(".//Tags/member")
        }
        return Attached({**own, **groups}, boundary, tags)

    async def _boundary(self, found: ET.Element) -> Policy | None:
        arn = found.findtext(".//PermissionsBoundary/PermissionsBoundaryArn", "")
        return await self._managed(arn) if arn else None

    async def _of_groups(self, user: str) -> dict[str, Policy]:
        answer = await self._ask("ListGroupsForUser", {"UserName": user})
        names = texts(answer, ".//Groups/member/GroupName")
        policies: dict[str, Policy] = {}
        for found in await asyncio.gather(*(self._attached_to("Group", n) for n in names)):
            policies |= found
        return policies

    async def _attached_to(self, kind: str, name: str) -> dict[str, Policy]:
        member = {f"{kind}Name": name}
        inline, attached = await asyncio.gather(
            self._ask(f"List{kind}Policies", member),
            self._ask(f"ListAttached{kind}Policies", member),
        )
        names = texts(inline, ".//PolicyNames/member")
        arns = texts(attached, ".//AttachedPolicies/member/PolicyArn")
        policies = await asyncio.gather(
            *(self._inline(kind, name, policy) for policy in names), *map(self._managed, arns)
        )
        shown = [f"{kind.lower()} {name}: {policy}" for policy in names]
        return dict(zip([*shown, *arns], policies, strict=True))

    async def _inline(self, kind: str, name: str, policy: str) -> Policy:
        parameters = {f"{kind}Name": name, "PolicyName": policy}
        answer = await self._ask(f"Get{kind}Policy", parameters)
        return parse(unquote(answer.findtext(".//PolicyDocument", "")))

    async def _managed(self, arn: str) -> Policy:
        policy = await self._ask("GetPolicy", {"PolicyArn": arn})
        version = policy.findtext(".//DefaultVersionId", "")
        answer = await self._ask("GetPolicyVersion", {"PolicyArn": arn, "VersionId": version})
        return parse(unquote(answer.findtext(".//Document", "")))

    async def _ask(self, action: str, parameters: dict[str, str]) -> ET.Element:
        call = query_call("iam", self._region, action, {**parameters, "Version": "2010-05-08"})
        return await xml_answer(self._control_plane, call)


async def _nothing() -> dict[str, Policy]:
    return {}
