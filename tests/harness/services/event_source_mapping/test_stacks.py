from __future__ import annotations

import asyncio

import pytest

from harness.aws import query_call
from harness.call import Call, Reply
from harness.services.event_source_mapping.stacks import Stacks

REGION = "ap-northeast-1"


@pytest.mark.parametrize(
    ("template", "status"),
    [
        ('{"Type": "AWS::Lambda::EventSourceMapping"}', 501),
        ("Type: AWS::Lambda::EventSourceMapping", 501),
        ("Type: AWS::SQS::Queue", 200),
        ("", 200),
    ],
)
def test_only_a_template_with_a_mapping_is_refused(template: str, status: int):
    forwarded: list[bytes] = []

    async def control_plane(call: Call) -> Reply:
        body = await call.body.read()
        assert call.header("content-length") == str(len(body))
        forwarded.append(body)
        return Reply(200)

    async def work() -> Reply:
        parameters = {"StackName": "s", "TemplateBody": template}
        call = query_call("cloudformation", REGION, "CreateStack", parameters)
        stacks = Stacks(control_plane)
        assert stacks.claims(call)
        return await stacks.handle(call)

    assert asyncio.run(work()).status == status
    assert len(forwarded) == (status == 200)
