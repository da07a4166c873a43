from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote
from xml.sax.saxutils import escape

import pytest

from harness.call import Call, Reply
from harness.clock import ManualClock
from harness.errors import AwsError
from harness.iam.actions.asked import Asked
from harness.iam.authority import Authority
from harness.iam.caller import session
from harness.iam.evaluate import Decision
from harness.iam.service_roles import authorize_with
from harness.journal import Event, Journal
from tests.harness.iam.examples import FUNCTION, ROLE, USER, allow, deny

REGION = "ap-northeast-1"
READ = Asked("s3:GetObject", "arn:aws:s3:::b/k")


def written(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


class ControlPlane:
    """IAM and S3 as far as policies are asked for; `asked` counts the calls."""

    def __init__(self) -> None:
        self.inline: dict[str, str] = {}
        self.managed: dict[str, str] = {}
        self.boundary = ""
        self.bucket = ""
        self.asked: list[str] = []

    async def __call__(self, call: Call) -> Reply:
        if call.service == "s3":
            self.asked.append("GetBucketPolicy")
            return Reply(200 if self.bucket else 404, body=self.bucket.encode())
        if call.service != "iam":
            return Reply(404, body=b"{}")
        form = {key: v[0] for key, v in parse_qs((await call.body.read()).decode()).items()}
        self.asked.append(form["Action"])
        answer = self._answer(form["Action"], form)
        if answer is None:
            return Reply(404, body=b"<E><Error><Code>NoSuchEntity</Code></Error></E>")
        return Reply(200, body=f'<R xmlns="https://iam/">{answer}</R>'.encode())

    def _answer(self, action: str, form: dict[str, str]) -> str | None:
        if action in ("GetRole", "GetUser"):
            if form.get("RoleName") == "nobody":
                return None
            boundary = f"<PermissionsBoundaryArn>{self.boundary}</PermissionsBoundaryArn>"
            tags = "<Tags><member><Key>team</Key><Value>docs</Value></member></Tags>"
            limited = f"<PermissionsBoundary>{boundary}</PermissionsBoundary>"
            return tags + (limited if self.boundary else "")
        if action in ("ListRolePolicies", "ListGroupPolicies", "ListUserPolicies"):
            names = "".join(f"<member>{name}</member>" for name in self.inline)
            return f"<PolicyNames>{names}</PolicyNames>"
        if action.startswith("ListAttached"):
            arns = "".join(
                f"<member><PolicyArn>{arn}</PolicyArn></member>"
                for arn in self.managed
                if arn != self.boundary
            )
            return f"<AttachedPolicies>{arns}</AttachedPolicies>"
        if action == "ListGroupsForUser":
            return "<Groups><member><GroupName>g</GroupName></member></Groups>"
        if action == "GetPolicy":
            return "<DefaultVersionId>v1</DefaultVersionId>"
        text = self.managed[form["PolicyArn"]] if action == "GetPolicyVersion" else None
        name = "Document" if text is not None else "PolicyDocument"
        return f"<{name}>{escape(quote(text or self.inline[form['PolicyName']]))}</{name}>"


class Stage:
    def __init__(self, directory: Path) -> None:
        self.iam = ControlPlane()
        self.events: list[Event] = []
        self.journal = Journal(directory / "journal", ManualClock())
        self.journal.follow(self.events.append)
        self.authority = Authority(self.iam, self.journal, ManualClock(), REGION)

    def decide(self, asked: Asked = READ, caller: Any = FUNCTION) -> Decision:
        return asyncio.run(self.authority.decide(caller, asked))


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path)
    yield made
    made.journal.close()


def test_inline_and_attached_policies_count(stage: Stage):
    assert not stage.decide().allowed
    stage.iam.inline["p"] = written(allow())
    stage.authority.forget_identities()
    assert stage.decide().allowed
    stage.iam.managed["arn:aws:iam::aws:policy/X"] = written(deny())
    stage.authority.forget_identities()
    assert not stage.decide().allowed


def test_policies_are_read_once_and_again_after_a_change(stage: Stage):
    stage.iam.inline["p"] = written(allow())
    assert stage.decide().allowed
    asked = len(stage.iam.asked)
    assert stage.decide(Asked("s3:GetObject", "arn:aws:s3:::b/other")).allowed
    assert len(stage.iam.asked) == asked
    stage.iam.bucket = written({**deny(), "Principal": "*"})
    assert stage.decide().allowed
    stage.authority.forget_resources()
    assert not stage.decide().allowed


def test_a_user_has_the_policies_of_groups_too(stage: Stage):
    stage.iam.inline["p"] = written(allow())
    assert stage.decide(caller=USER).allowed
    assert {"GetUserPolicy", "GetGroupPolicy"} <= set(stage.iam.asked)


def test_a_boundary_is_a_policy_that_only_limits(stage: Stage):
    stage.iam.inline["p"] = written(allow("*"))
    stage.iam.boundary = "arn:boundary"
    stage.iam.managed["arn:boundary"] = written(allow("sqs:*"))
    assert not stage.decide().allowed
    assert stage.decide(Asked("sqs:ListQueues", "*")).allowed


def test_a_role_that_does_not_exist_may_do_nothing(stage: Stage):
    nobody = session("arn:aws:iam::123456789012:role/nobody", "f")
    assert not stage.decide(caller=nobody).allowed


def test_tags_of_the_role_are_conditions(stage: Stage):
    tagged = {"StringEquals": {"aws:PrincipalTag/team": "docs"}}
    stage.iam.inline["p"] = written(allow(Condition=tagged))
    assert stage.decide().allowed


def test_a_denial_is_in_the_journal(stage: Stage):
    stage.decide()
    (event,) = stage.events
    assert event.kind == "iam.denied"
    assert event.detail == {
        "principal": FUNCTION.arn,
        "action": "s3:GetObject",
        "resource": "arn:aws:s3:::b/k",
        "why": "because no identity-based policy allows the s3:GetObject action",
    }


def test_what_cannot_be_decided_is_reported_once(stage: Stage):
    stage.iam.inline["odd"] = written(
        allow(Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}}),
        allow("kms:Decrypt", "arn:aws:kms:x:1:key/k"),
    )
    stage.iam.inline["broken"] = '{"Statement": [{"Effect": "Allow"}]}'
    for _ in range(2):
        assert not stage.decide().allowed
        assert stage.decide(Asked("kms:Decrypt", None)).allowed
    reasons = [e.detail["reason"] for e in stage.events if e.kind == "iam.undecided"]
    assert sorted(reasons) == sorted(stage.authority.findings)
    assert len(reasons) == 3
    assert any("aws:PrincipalOrgID is not known here" in reason for reason in reasons)
    assert any("role worker: broken grants nothing" in reason for reason in reasons)
    assert any("the resource of kms:Decrypt is not known here" in reason for reason in reasons)


def test_a_role_s_own_policies_say_what_it_is_for(stage: Stage):
    async def mentions() -> bool:
        return await stage.authority.mentions(ROLE, "s3")

    stage.iam.managed["arn:aws:iam::aws:policy/Wide"] = written(allow("s3:*"))
    assert not asyncio.run(mentions())
    stage.iam.inline["own"] = written(allow("s3:GetObject"))
    stage.authority.forget_identities()
    assert asyncio.run(mentions())


def test_a_service_uses_a_role_only_for_what_it_may_do(stage: Stage):
    authorize = authorize_with(stage.authority)
    stage.iam.inline["p"] = written(allow("sqs:SendMessage", "arn:aws:sqs:x:1:q"))
    asyncio.run(authorize(ROLE, "f", "sqs:SendMessage", "arn:aws:sqs:x:1:q"))
    with pytest.raises(AwsError) as refused:
        asyncio.run(authorize(ROLE, "f", "sqs:SendMessage", "arn:aws:sqs:x:1:other"))
    assert refused.value.code == "AccessDeniedException"
    assert "is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:x:1:other" in (
        refused.value.message
    )
